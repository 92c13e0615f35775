"""登录: signing in and out, changing one's password."""

from flask import redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from archive_service.errors import ArchiveError
from archive_service.http.context import actor, archive, signed_in
from archive_service.http.guard import clear_cookie, cookie_token, public, set_cookie
from archive_service.services import passwords_change, sessions, sign_in
from archive_service.web.pages import inside, pages

NOTICES = {"out": "已退出登录。", "changed": "密码已修改，请用新密码登录。"}


@pages.get("/sign-in")
@public
def sign_in_page() -> str | BaseResponse:
    """The form; somebody already signed in goes on."""
    if signed_in():
        return redirect(inside(request.args.get("next")))
    return _form(notice=NOTICES.get(request.args.get("notice", "")))


@pages.post("/sign-in")
@public
def open_session() -> BaseResponse | tuple[str, int]:
    """Check the password and open a session."""
    login, password = request.form.get("account", "").strip(), request.form.get("password", "")
    try:
        opened = sign_in.open_session(archive(), login, password, request.remote_addr or "-")
    except ArchiveError as error:
        return _form(login=login, fault=error.message), error.this_status
    if before := cookie_token():
        sessions.sign_out(archive(), before, request.remote_addr or "-")  # one browser, one session: the one before ends here
    response = redirect("/password" if opened.must_change_password else inside(request.form.get("next")))
    set_cookie(response, opened.token, archive().settings)
    return response


@pages.post("/sign-out")
def close_session() -> BaseResponse:
    """End the session."""
    sessions.sign_out(archive(), cookie_token(), request.remote_addr or "-")
    response = redirect("/sign-in?notice=out")
    clear_cookie(response, archive().settings)
    return response


@pages.get("/password")
def password_page() -> str:
    """The form for a new password."""
    return render_template("pages/password.html", fault=None, length=archive().settings.accounts.password_length)


@pages.post("/password")
def change_password() -> BaseResponse | tuple[str, int]:
    """Set a new password; every other session of the account ends."""
    old, new = request.form.get("old", ""), request.form.get("new", "")
    length = archive().settings.accounts.password_length
    if new != request.form.get("again"):
        return render_template("pages/password.html", fault="两次输入的新密码不一致。", length=length), 422
    try:
        passwords_change.change_password(archive(), old, new, actor(), keep_token=cookie_token())
    except ArchiveError as error:
        return render_template("pages/password.html", fault=error.message, length=length), error.this_status
    return redirect("/")


def _form(*, login: str = "", fault: str | None = None, notice: str | None = None) -> str:
    return render_template(
        "pages/sign_in.html",
        form={"account": login, "fault": fault},
        second=False,
        notice=notice,
        unit="学籍纸质材料管理",
        next=request.values.get("next"),
    )
