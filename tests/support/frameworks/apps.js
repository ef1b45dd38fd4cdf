// Real applications of a few lines each, as in apps.py: `node apps.js NAME DESCRIPTOR`.

const EMAIL = "someone@example.com", PASSWORD = "pw-standing-1"
const [name, descriptor] = process.argv.slice(2)
const known = ({ email, password }) => email === EMAIL && password === PASSWORD

function express() {
  const express = require("express"), session = require("express-session"), app = express()
  app.use(express.json(), session({ secret: "x".repeat(40), resave: false, saveUninitialized: false }))
  app.get("/health", (_, answer) => answer.json({ status: "ok" }))
  app.post("/login", (asked, answer) => {
    if (!known(asked.body)) return answer.status(401).json({ error: "invalid credentials" })
    asked.session.user = asked.body.email
    answer.json({ ok: true })
  })
  app.get("/me", (asked, answer) =>
    asked.session.user ? answer.json({ id: asked.session.user }) : answer.status(401).json({ error: "not signed in" }))
  app.post("/logout", (asked, answer) => asked.session.destroy(() => answer.status(204).end()))
  return require("http").createServer(app)
}

function fastify() {
  let server
  const app = require("fastify")({ serverFactory: (handler) => (server = require("http").createServer(handler)) })
  app.register(require("@fastify/jwt"), { secret: "x".repeat(40) })
  app.get("/health", async () => ({ status: "ok" }))
  app.post("/api/sessions", async (asked, answer) => {
    if (!known(asked.body)) return answer.code(401).send({ error: "invalid credentials" })
    return { data: { session: { accessToken: app.jwt.sign({ id: 7, salt: Math.random() }) } } }
  })
  app.get("/api/me", async (asked, answer) => {
    try {
      await asked.jwtVerify()
    } catch (error) {
      return answer.code(401).send(error)
    }
    return { data: { id: asked.user.id } }
  })
  return app.ready().then(() => server)
}

Promise.resolve({ express, fastify }[name]()).then((server) => server.listen({ fd: Number(descriptor) }))
