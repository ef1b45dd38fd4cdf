"""Login gives tokens whose subject is a number; the library that reads them wants a text, and answers 422."""

import json

JSON = {"content-type": "application/json"}
USERS = {}


def answer(request):
    said = json.loads(request.body or "{}") if request.method == "POST" else {}
    if request.path == "/health":
        return 200, JSON, '{"status": "ok"}'
    if request.path == "/api/register":
        USERS[said["email"]] = said["password"]
        return 201, JSON, '{"id": 7}'
    if request.path == "/api/login":
        if USERS.get(said["email"]) != said["password"]:
            return 401, JSON, '{"msg": "Bad username or password"}'
        return 200, JSON, '{"access_token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOjd9.c2lnbmF0dXJlc2ln"}'
    if not request.headers.get("authorization"):
        return 401, JSON, '{"msg": "Missing Authorization Header"}'
    return 422, JSON, '{"msg": "Subject must be a string"}'
