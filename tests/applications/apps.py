"""Real applications of a few lines each on PostgreSQL: `python apps.py NAME PORT`.

Run in an environment of their own, in which only the frameworks are installed; nothing of smokegate is imported. Each
has the account someone@example.com with the password pw-standing-1. `actuator` is a stand-in of Spring's, made from its
documentation; the others are the framework that they are named after.
"""

# ruff: noqa: B008, B904, BLE001, E501, PLC0415, PLW0603 -- a script of its own, run by another interpreter

import contextlib
import os
import secrets
import sys
from typing import Annotated

PG = dict(each.split("=") for each in os.environ["PG"].split())
URL = os.environ["PGURL"]
TLS = os.environ["TLS"]
EMAIL, PASSWORD = "someone@example.com", "pw-standing-1"


def django(port):
    from django.conf import settings

    settings.configure(
        SECRET_KEY="x" * 50,
        DEBUG=False,
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF="__main__",
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "rest_framework",
            "rest_framework.authtoken",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
        ],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": "django",
                "HOST": PG["host"],
                "PORT": PG["port"],
                "USER": PG["user"],
                "PASSWORD": PG["password"],
            }
        },
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "OPTIONS": {
                    "loaders": [
                        (
                            "django.template.loaders.locmem.Loader",
                            {
                                "registration/login.html": "<!doctype html><form method=post>{% csrf_token %}{{ form.as_p }}</form>",
                                "registration/logged_out.html": "bye",
                            },
                        )
                    ],
                    "context_processors": ["django.template.context_processors.request"],
                },
            }
        ],
        LOGIN_REDIRECT_URL="/account/",
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    )
    import django as d

    d.setup()
    from django.contrib.auth.decorators import login_required
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.http import HttpResponse, JsonResponse
    from django.urls import include, path
    from rest_framework.authentication import TokenAuthentication
    from rest_framework.authtoken.views import obtain_auth_token
    from rest_framework.decorators import api_view, authentication_classes, permission_classes
    from rest_framework.permissions import IsAuthenticated
    from rest_framework.response import Response

    call_command("migrate", verbosity=0)
    User.objects.filter(username=EMAIL).exists() or User.objects.create_user(EMAIL, EMAIL, PASSWORD)

    @api_view(["GET"])
    @authentication_classes([TokenAuthentication])
    @permission_classes([IsAuthenticated])
    def api_me(request):
        return Response({"id": request.user.id})

    global urlpatterns
    urlpatterns = [
        path("health", lambda _: JsonResponse({"status": "ok"})),
        path("account/", login_required(lambda r: HttpResponse(f"<!doctype html>{r.user.email}"))),
        path("accounts/", include("django.contrib.auth.urls")),
        path("api-token-auth/", obtain_auth_token),
        path("api/me/", api_me),
    ]
    call_command("runserver", f"127.0.0.1:{port}", use_reloader=False)


def _users():
    import sqlalchemy as sa

    engine = sa.create_engine(URL + "app", pool_pre_ping=True)
    with engine.begin() as c:
        c.execute(sa.text("create table if not exists people (email text primary key, password text)"))
        c.execute(sa.text("insert into people values (:e,:p) on conflict do nothing"), {"e": EMAIL, "p": PASSWORD})

    def known(email, password):
        with engine.connect() as c:
            return (
                c.execute(
                    sa.text("select 1 from people where email=:e and password=:p"), {"e": email, "p": password}
                ).first()
                is not None
            )

    return known, engine


def oauth2(port):
    import jwt
    from fastapi import Depends, FastAPI, HTTPException
    from fastapi.security import OAuth2PasswordBearer, OAuth2PasswordRequestForm

    known, _ = _users()
    app, scheme = FastAPI(), OAuth2PasswordBearer("token")
    key = "y" * 40

    @app.get("/health")
    def health():
        return {"status": "ok"}

    @app.post("/token")
    def token(form: Annotated[OAuth2PasswordRequestForm, Depends()]):
        if not known(form.username, form.password):
            raise HTTPException(400, "Incorrect username or password")
        import time

        return {
            "access_token": jwt.encode(
                {"sub": form.username, "exp": int(time.time()) + 900, "jti": secrets.token_hex(4)}, key
            ),
            "token_type": "bearer",
        }

    @app.get("/me")
    def me(t=Depends(scheme)):
        try:
            sub = jwt.decode(t, key, algorithms=["HS256"])["sub"]
        except jwt.PyJWTError:
            raise HTTPException(401, "Could not validate credentials")
        known(sub, "")
        return {"email": sub}

    _serve(app, port)


def fastapi_users(port):
    import uuid

    from fastapi import Depends, FastAPI
    from fastapi_users import BaseUserManager, FastAPIUsers, UUIDIDMixin, schemas
    from fastapi_users.authentication import AuthenticationBackend, BearerTransport, JWTStrategy
    from fastapi_users_db_sqlalchemy import SQLAlchemyBaseUserTableUUID, SQLAlchemyUserDatabase
    from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
    from sqlalchemy.orm import DeclarativeBase

    class Base(DeclarativeBase):
        pass

    class User(SQLAlchemyBaseUserTableUUID, Base):
        pass

    engine = create_async_engine(URL + "users", pool_pre_ping=True)
    sessions = async_sessionmaker(engine, expire_on_commit=False)

    async def database():
        async with sessions() as s:
            yield SQLAlchemyUserDatabase(s, User)

    class Manager(UUIDIDMixin, BaseUserManager[User, uuid.UUID]):
        reset_password_token_secret = verification_token_secret = "x" * 40

    async def manager(users=Depends(database)):
        yield Manager(users)

    backend = AuthenticationBackend(
        "jwt", BearerTransport("auth/jwt/login"), lambda: JWTStrategy(secret="x" * 40, lifetime_seconds=3600)
    )
    users = FastAPIUsers[User, uuid.UUID](manager, [backend])

    @contextlib.asynccontextmanager
    async def lifespan(_):
        async with engine.begin() as c:
            await c.run_sync(Base.metadata.create_all)
        yield

    class Read(schemas.BaseUser[uuid.UUID]):
        pass

    class Create(schemas.BaseUserCreate):
        pass

    class Update(schemas.BaseUserUpdate):
        pass

    app = FastAPI(lifespan=lifespan)
    app.include_router(users.get_auth_router(backend), prefix="/auth/jwt")
    app.include_router(users.get_register_router(Read, Create), prefix="/auth")
    app.include_router(users.get_users_router(Read, Update), prefix="/users")

    @app.get("/health")
    def health():
        return {"status": "ok"}

    _serve(app, port)


def flask_login(port):
    from flask import Flask, redirect, request
    from flask_login import LoginManager, UserMixin, current_user, login_required, login_user, logout_user

    known, _ = _users()
    app = Flask(__name__)
    app.secret_key = "x" * 40
    m = LoginManager(app)
    m.login_view = "login"

    class User(UserMixin):
        id = EMAIL

    m.user_loader(lambda _: (known(EMAIL, ""), User())[1])

    @app.get("/health")
    def health():
        return {"status": "ok"}

    @app.route("/login", methods=["GET", "POST"])
    def login():
        if request.method == "POST" and known(request.form["email"], request.form["password"]):
            login_user(User())
            return redirect("/account")
        return "<!doctype html><form method=post><input name=email><input type=password name=password></form>"

    @app.get("/logout")
    def logout():
        logout_user()
        return redirect("/login")

    @app.get("/account")
    @login_required
    def account():
        return f"<!doctype html>{current_user.id}"

    app.run("127.0.0.1", port)


def flask_text():
    from flask import Flask, Response

    _, engine = _users()
    app = Flask(__name__)

    @app.get("/healthz")
    def healthz():
        return Response("OK\n", mimetype="text/plain")

    @app.get("/items")
    def items():
        import sqlalchemy as sa

        with engine.connect() as c:
            return {"items": [r[0] for r in c.execute(sa.text("select email from people"))]}

    return app


def basic():
    from flask import request

    app = flask_text()

    @app.before_request
    def check():
        a = request.authorization
        if not a or (a.username, a.password) != ("staging", "pw-basic-1"):
            return "Unauthorized", 401, {"WWW-Authenticate": 'Basic realm="staging"'}
        return None

    return app


def api_key():
    from flask import jsonify, request

    app = flask_text()

    @app.before_request
    def check():
        if request.headers.get("X-Api-Key") != "key-12345678":
            return jsonify(error="invalid api key"), 403
        return None

    return app


def graphql(port):
    import sqlalchemy as sa
    import strawberry
    from fastapi import FastAPI
    from strawberry.fastapi import GraphQLRouter

    _, engine = _users()

    @strawberry.type
    class Query:
        @strawberry.field
        def people(self) -> int:
            with engine.connect() as c:
                return c.execute(sa.text("select count(*) from people")).scalar()

    app = FastAPI()
    app.include_router(GraphQLRouter(strawberry.Schema(Query)), prefix="/graphql")

    @app.get("/health")
    def health():
        return {"status": "ok"}

    _serve(app, port)


def actuator(port):
    """Stand-in from Spring Boot's documentation."""
    import sqlalchemy as sa
    from fastapi import FastAPI
    from fastapi.responses import JSONResponse

    _, engine = _users()
    app = FastAPI()

    @app.get("/actuator/health")
    def health():
        try:
            with engine.connect() as c:
                c.execute(sa.text("select 1"))
            db = {"status": "UP", "details": {"database": "PostgreSQL", "validationQuery": "isValid()"}}
        except Exception:
            db = {
                "status": "DOWN",
                "details": {
                    "error": "org.springframework.jdbc.CannotGetJdbcConnectionException: Failed to obtain JDBC Connection"
                },
            }
        return JSONResponse(
            {"status": db["status"], "components": {"db": db, "diskSpace": {"status": "UP"}, "ping": {"status": "UP"}}},
            200 if db["status"] == "UP" else 503,
        )

    @app.get("/actuator/info")
    def info():
        return {"build": {"version": "2.3.1"}, "git": {"commit": {"id": "7f3a6ce"}}}

    _serve(app, port)


def api(port, **more):
    """A small API with a database, for Vite, TLS, IPv6 and base paths."""
    import sqlalchemy as sa
    from fastapi import FastAPI

    _, engine = _users()
    app = FastAPI(root_path=os.environ.get("ROOT_PATH", ""))
    prefix = os.environ.get("PREFIX", "")

    @app.get(prefix + "/health")
    def health():
        return {"status": "ok"}

    @app.get(prefix + "/orders")
    def orders():
        with engine.connect() as c:
            return [r[0] for r in c.execute(sa.text("select email from people"))]

    _serve(app, port, **more)


def mtls(port):
    import ssl

    api(
        port,
        ssl_certfile=f"{TLS}/server.pem",
        ssl_keyfile=f"{TLS}/server.key",
        ssl_ca_certs=f"{TLS}/internal-ca.pem",
        ssl_cert_reqs=ssl.CERT_REQUIRED,
    )


def internal(port):
    api(port, ssl_certfile=f"{TLS}/server.pem", ssl_keyfile=f"{TLS}/server.key")


def ipv6(port):
    api(port, host="::1")


def _serve(app, port, host="127.0.0.1", **more):
    import uvicorn

    uvicorn.run(app, host=host, port=port, log_level="warning", **more)


if __name__ == "__main__":
    globals()[sys.argv[1]](int(sys.argv[2]))
