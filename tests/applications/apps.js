// Express with sessions, and Fastify with a token deep in its answer, on PostgreSQL: `node apps.js NAME PORT`.

const { Pool } = require("pg")
const [name, port] = process.argv.slice(2)
const pool = new Pool({ connectionString: process.env.NODEPG, connectionTimeoutMillis: 2000 })
pool.on("error", () => {})
const known = ({ email, password }) =>
  pool.query("select 1 from people where email = $1 and password = $2", [email, password]).then((found) => found.rowCount)

function express() {
  const express = require("express"), session = require("express-session"), app = express()
  app.use(express.json(), session({ secret: "x".repeat(40), resave: false, saveUninitialized: false }))
  app.get("/health", (_, answer) => answer.json({ status: "ok" }))
  app.post("/login", async (asked, answer) => {
    if (!(await known(asked.body))) return answer.status(401).json({ error: "invalid credentials" })
    asked.session.user = asked.body.email
    answer.json({ ok: true })
  })
  app.get("/me", async (asked, answer) => {
    if (!asked.session.user) return answer.status(401).json({ error: "not signed in" })
    await pool.query("select 1")
    answer.json({ email: asked.session.user })
  })
  app.post("/logout", (asked, answer) => asked.session.destroy(() => answer.json({ ok: true })))
  app.listen(Number(port), "127.0.0.1")
}

function fastify() {
  const app = require("fastify")()
  app.register(require("@fastify/jwt"), { secret: "x".repeat(40) })
  app.get("/health", async () => ({ status: "ok" }))
  app.post("/api/sessions", async (asked, answer) => {
    if (!(await known(asked.body))) return answer.code(401).send({ error: "invalid credentials" })
    return { data: { session: { accessToken: app.jwt.sign({ email: asked.body.email, salt: Math.random() }) } } }
  })
  app.get("/api/me", async (asked, answer) => {
    try {
      await asked.jwtVerify()
    } catch (error) {
      return answer.code(401).send(error)
    }
    await pool.query("select 1")
    return { data: { email: asked.user.email } }
  })
  app.listen({ port: Number(port), host: "127.0.0.1" })
}

;({ express, fastify })[name]()
