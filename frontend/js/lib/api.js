// Calls to our own server with the session cookie. A refusal becomes an ApiError with the sentence meant for the person.

export class ApiError extends Error {
  constructor(status, problem) {
    super(problem.detail ?? problem.title ?? `服务器没有回答（${status}），稍后再试。`);
    this.status = status;
    this.problem = problem;
  }
}

export const csrfToken = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";

export async function call(method, url, { json, form, headers = {} } = {}) {
  const response = await fetch(url, {
    method,
    credentials: "same-origin",
    headers: {
      Accept: "application/json",
      "X-CSRF-Token": csrfToken(),
      ...(json ? { "Content-Type": "application/json" } : {}),
      ...headers,
    },
    body: json ? JSON.stringify(json) : form,
  });
  if (!response.ok) throw new ApiError(response.status, await problemOf(response));
  return response.status === 204 ? null : response.json();
}

async function problemOf(response) {
  const type = response.headers.get("Content-Type") ?? "";
  return type.includes("json") ? response.json() : {};
}
