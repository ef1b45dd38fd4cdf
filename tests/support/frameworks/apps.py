"""Real applications of a few lines each, one for each framework: `python apps.py NAME DESCRIPTOR FOLDER`.

The descriptor is that of a listening socket, which the test opened: no other program can take its port.

They run in an environment of their own, in which only the framework is installed; nothing of smokegate is imported.
Each has the account someone@example.com with the password pw-standing-1, and GET /health.
"""

# ruff: noqa: B008, PLC0415 -- a script of its own, run by another interpreter

import socket
import sys
from pathlib import Path

EMAIL, PASSWORD = "someone@example.com", "pw-standing-1"


def django(listener, folder):
    """Session login with CSRF, as django.contrib.auth has it; and DRF's token login."""
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
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(folder / "db.sqlite3")}},
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "OPTIONS": {
                    "loaders": [
                        (
                            "django.template.loaders.locmem.Loader",
                            {
                                "registration/login.html": "<form method=post>{% csrf_token %}{{ form.as_p }}</form>",
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
    import django as framework

    framework.setup()
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
    User.objects.create_user(EMAIL, EMAIL, PASSWORD)

    @api_view(["GET"])
    @authentication_classes([TokenAuthentication])
    @permission_classes([IsAuthenticated])
    def api_me(request):
        return Response({"id": request.user.id})

    global urlpatterns  # noqa: PLW0603 -- Django reads it here
    urlpatterns = [
        path("health", lambda _: JsonResponse({"status": "ok"})),
        path("account/", login_required(lambda request: HttpResponse(f"<!doctype html>{request.user.email}"))),
        path("accounts/", include("django.contrib.auth.urls")),
        path("api-token-auth/", obtain_auth_token),
        path("api/me/", api_me),
    ]
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
    from django.core.wsgi import get_wsgi_application

    server = ThreadedWSGIServer(listener.getsockname(), WSGIRequestHandler, bind_and_activate=False)
    server.socket.close()
    server.socket, (server.server_name, server.server_port) = listener, listener.getsockname()
    server.setup_environ()
    server.set_app(get_wsgi_application())
    server.serve_forever()


def oauth2(listener, _folder):
    """FastAPI's documented login: OAuth2PasswordRequestForm."""
    from fastapi import Depends, FastAPI, HTTPException
    from fastapi.security import OAuth2PasswordBearer, OAuth2PasswordRequestForm

    app, scheme, revoked = FastAPI(), OAuth2PasswordBearer("token"), set()

    @app.get("/health")
    def health() -> dict[str, str]:
        return {"status": "ok"}

    def token(form=Depends(OAuth2PasswordRequestForm)):
        if (form.username, form.password) != (EMAIL, PASSWORD):
            raise HTTPException(400, "Incorrect username or password")
        import secrets

        return {"access_token": "tok-" + secrets.token_hex(8), "token_type": "bearer"}

    def me(key=Depends(scheme)):
        if not key.startswith("tok-") or key in revoked:
            raise HTTPException(401, "Invalid authentication credentials")
        return {"id": 1}

    app.post("/token")(token)
    app.get("/me")(me)
    _serve(app, listener)


def fastapi_users(listener, folder):
    """The stock example of fastapi-users: JWT, SQLAlchemy."""
    import contextlib
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

    engine = create_async_engine(f"sqlite+aiosqlite:///{folder / 'users.db'}")
    sessions = async_sessionmaker(engine, expire_on_commit=False)

    async def database():
        async with sessions() as session:
            yield SQLAlchemyUserDatabase(session, User)

    class Manager(UUIDIDMixin, BaseUserManager[User, uuid.UUID]):
        reset_password_token_secret = verification_token_secret = "x" * 40

    async def manager(users=Depends(database)):
        yield Manager(users)

    backend = AuthenticationBackend(
        "jwt", BearerTransport("auth/jwt/login"), lambda: JWTStrategy(secret="x" * 40, lifetime_seconds=3600)
    )
    users = FastAPIUsers[User, uuid.UUID](manager, [backend])

    @contextlib.asynccontextmanager
    async def lifespan(_app):
        async with engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
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
    def health() -> dict[str, str]:
        return {"status": "ok"}

    _serve(app, listener)


def flask_login(listener, _folder):
    """Flask-Login behind an HTML form."""
    from flask import Flask, redirect, request
    from flask_login import LoginManager, UserMixin, current_user, login_required, login_user, logout_user

    app = Flask(__name__)
    app.secret_key = "x" * 40
    manager = LoginManager(app)
    manager.login_view = "login"

    class User(UserMixin):
        id = EMAIL

    manager.user_loader(lambda _: User())

    @app.get("/health")
    def health():
        return {"status": "ok"}

    @app.route("/login", methods=["GET", "POST"])
    def login():
        if request.method == "POST" and (request.form["email"], request.form["password"]) == (EMAIL, PASSWORD):
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

    from werkzeug.serving import make_server

    make_server("127.0.0.1", 0, app, threaded=True, fd=listener.fileno()).serve_forever()


def _serve(app, listener):
    import uvicorn

    uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listener])


if __name__ == "__main__":
    APPS = {"django": django, "oauth2": oauth2, "fastapi-users": fastapi_users, "flask-login": flask_login}
    APPS[sys.argv[1]](socket.socket(fileno=int(sys.argv[2])), Path(sys.argv[3]))
