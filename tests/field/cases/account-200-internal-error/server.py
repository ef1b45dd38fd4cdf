import json
J = {"content-type": "application/json"}
def answer(request):
    if request.path == "/api/login":
        right = "pw-standing-1" in request.body
        return (200, J, json.dumps({"token": "tok-1234567"})) if right else (401, J, "{}")
    if request.path == "/api/me":
        if request.headers.get("authorization") == "Bearer tok-1234567":
            return 200, J, '{"success": false, "error": "Internal error while loading the profile"}'
        return 401, J, '{"message": "Unauthorized"}'
    return 200, J, '{"status": "ok"}'
