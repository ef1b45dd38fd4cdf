// The page of the Tectonic replica. It keeps the habits of the real one, the bad ones included:
// an answer that is no JSON is taken for data, and any stored token counts as signed in.
const client = { baseURL:import.meta.env.VITE_API_BASE_URL };
// Every bundle with axios in it holds this literal; it calls nobody.
const origin = typeof window !== "undefined" && window.location.href || "http://localhost";
const root = document.getElementById("root");

async function call(method, path, body) {
  const headers = { Accept: "application/json, text/plain, */*" };
  const token = localStorage.getItem("access_token");
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body) headers["Content-Type"] = "application/json";
  const response = await fetch(client.baseURL + path, { method, headers, body: body && JSON.stringify(body) });
  const text = await response.text();
  let data = text;
  try { data = JSON.parse(text); } catch { /* axios hands out the text, too */ }
  if (response.status === 401) {
    localStorage.removeItem("access_token");
    location.assign("/login");
  }
  if (!response.ok) throw Object.assign(new Error(`Request failed with status code ${response.status}`), { data });
  return data;
}

function keep(session) {
  localStorage.setItem("access_token", session.access_token);
  localStorage.setItem("refresh_token", session.refresh_token);
}

function go(path) {
  history.pushState({}, "", path);
  render();
}

function form(title, fields, button, other, act) {
  const inputs = fields.map(([name, label, type]) =>
    `<div><label>${label}</label><input name="${name}" type="${type}" required /></div>`).join("");
  root.innerHTML = `<h1>${title}</h1><form>${inputs}<p role="alert" hidden></p><button type="submit">${button}</button></form>
    <a href="${other[0]}">${other[1]}</a>`;
  const alert = root.querySelector("[role=alert]");
  root.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    alert.hidden = true;
    try {
      await act(Object.fromEntries(new FormData(event.target)));
    } catch (error) {
      const detail = error.data && error.data.detail;
      alert.textContent = typeof detail === "string" ? detail : `${title} failed. Please try again.`;
      alert.hidden = false;
    }
  });
}

function register() {
  form("Registration", [["full_name", "Full name", "text"], ["email", "Email", "email"], ["password", "Password", "password"]],
    "Create account", ["/login", "Sign in instead"], async (values) => {
      keep(await call("POST", "/auth/register", values));
      go("/dashboard");
    });
}

function login() {
  form("Login", [["email", "Email", "email"], ["password", "Password", "password"]],
    "Sign in", ["/register", "Create an account"], async (values) => {
      keep(await call("POST", "/auth/login", values));
      go("/dashboard");
    });
}

async function dashboard() {
  root.innerHTML = `<h1>Dashboard</h1><p id="welcome"></p><ul id="quotes"></ul><button id="logout">Log out</button>`;
  document.getElementById("logout").addEventListener("click", () => {
    localStorage.clear();
    go("/login");
  });
  try {
    const account = await call("GET", "/auth/me");
    document.getElementById("welcome").textContent = `Welcome, ${account.full_name}`;
    const market = await call("GET", "/market/quotes");
    for (const quote of market.quotes) {
      const item = document.createElement("li");
      item.textContent = `${quote.symbol} ${quote.price}`;
      document.getElementById("quotes")?.append(item);
    }
  } catch (error) {
    console.error(error);
  }
}

function render() {
  const signedIn = Boolean(localStorage.getItem("access_token"));
  const path = location.pathname;
  if (path === "/register") return register();
  if (path === "/login") return login();
  return signedIn ? dashboard() : go("/login");
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='/']");
  if (!link) return;
  event.preventDefault();
  go(link.getAttribute("href"));
});
window.addEventListener("popstate", render);
render();
