"""Fills a form in for a child, as reading would have written it down. Pure; the values come from a child, a school and dice."""

from dataclasses import dataclass
from datetime import date, timedelta

from demo import names
from demo.county.forms import Form
from demo.dice import Dice
from demo.model import Organisation, Student

HOSPITALS = ("光山县人民医院", "光山县中医院", "光山县妇幼保健院", "信阳市中心医院")
ILLNESSES = (
    "急性肾小球肾炎",
    "支气管哮喘",
    "胫骨骨折",
    "病毒性心肌炎",
    "过敏性紫癜",
    "甲状腺功能亢进",
    "腰椎间盘突出",
    "中度贫血",
    "肺炎支原体感染",
)
HONOURS = ("三好学生", "优秀少先队员", "优秀学生干部", "学习标兵", "文明学生", "体育积极分子")
SUBJECTS = ("语文", "数学", "英语", "物理", "化学", "历史", "地理", "生物", "道德与法治")
REASONS = ("父母工作调动", "随父母迁居县城", "家庭住址变更", "父母在外务工返乡", "购置住房")
VISITS = ("作业完成情况良好", "近期迟到较多", "父母长期在外务工", "由祖父母照料", "课外阅读有进步", "学习用品已由学校补助")
DETAILS = ["身体恢复期间需要静养", "按时复查", "注意饮食", "避免剧烈运动", "定期复诊", "遵医嘱服药", "复查血常规", "复查尿常规", "门诊随访"]


@dataclass(frozen=True)
class Written:
    """A page as it was read: its lines, and the values on it by name."""

    lines: tuple[str, ...]
    values: dict[str, str]

    @property
    def text(self) -> str:
        """The page's plain text."""
        return "\n".join(self.lines)


def write_down(form: Form, child: Student, school: Organisation, on: date, dice: Dice) -> Written:
    """Fill a form in for a child."""
    told = {**_of_child(child), **_of_school(child, school), **_thrown(dice), **_dated(on, dice)}
    values = {
        "name": child.name, "sex": child.sex.value, "birth_on": child.birth_on.isoformat(), "id_no": child.id_no,
        "student_no": child.student_no, "address": child.hukou_address, "hospital": told["hospital"], "diagnosis": told["illness"],
        "guardian_name": told["father"], "phone": told["phone"], "reason": told["reason"], "issued_on": told["issued_iso"],
    }  # fmt: skip
    lines = (form.title, *(line.format_map(told).replace(" ", "") for line in form.lines))
    return Written(lines, {name: values[name] for name in form.fields})


def _of_child(child: Student) -> dict[str, str]:
    father, mother = child.guardians
    return {
        "name": child.name, "sex": child.sex.value, "ethnicity": child.ethnicity, "birth": chinese(child.birth_on),
        "birthplace": child.birthplace, "id_no": child.id_no, "student_no": child.student_no, "address": child.hukou_address,
        "household_no": child.household_no, "father": father.name, "mother": mother.name, "phone": father.phone, "work": father.workplace,
    }  # fmt: skip


def _of_school(child: Student, school: Organisation) -> dict[str, str]:
    entered = f"{child.entered_on.year}年{child.entered_on.month}月"
    return {"school": school.name, "grade": child.grade, "class_name": child.class_name, "entered": entered}


def _thrown(dice: Dice) -> dict[str, str]:
    """Everything left to chance, in one throw: there are a hundred thousand papers."""
    many = dice.rng.integers(0, 1_000_000, size=12).tolist()
    return {
        "hospital": HOSPITALS[many[0] % len(HOSPITALS)],
        "illness": ILLNESSES[many[1] % len(ILLNESSES)],
        "honour": HONOURS[many[2] % len(HONOURS)],
        "reason": REASONS[many[3] % len(REASONS)],
        "visit": VISITS[many[4] % len(VISITS)],
        "visit2": VISITS[many[5] % len(VISITS)],
        "detail": DETAILS[many[6] % len(DETAILS)],
        "detail2": DETAILS[many[7] % len(DETAILS)],
        "official": names.SURNAMES[many[8] % len(names.SURNAMES)] + names.OFFICIALS[many[9] % len(names.OFFICIALS)],
        **_figures(many[10], many[11]),
    }


def _figures(one: int, other: int) -> dict[str, str]:
    subjects = {f"subject{at}".rstrip("1"): SUBJECTS[(one + at) % len(SUBJECTS)] for at in (1, 2, 3)}
    marks = {f"mark{at}".rstrip("1"): str(60 + (other // 10**at) % 40) for at in (1, 2, 3)}
    return (
        subjects
        | marks
        | {
            "months": str(3 + one % 6),
            "money": f"{one % 90_000 / 10:.1f}",
            "money2": f"{other % 3000 / 10:.1f}",
            "tall": str(110 + one % 70),
            "heavy": str(20 + other % 50),
            "lung": str(1200 + one % 3000),
            "run": f"{7 + other % 50 / 10:.1f}",
            "eye": f"{4 + one % 13 / 10:.1f}",
            "eye2": f"{4 + other % 13 / 10:.1f}",
            "people": str(3 + one % 5),
        }
    )


def _dated(on: date, dice: Dice) -> dict[str, str]:
    issued = on - timedelta(days=int(dice.rng.integers(0, 20)))
    return {"issued": chinese(issued), "issued_iso": issued.isoformat(), "year": str(issued.year)}


def chinese(day: date) -> str:
    """A date as papers print it."""
    return f"{day.year}年{day.month}月{day.day}日"
