"""A request that comes as from a proxy, which is the one on the server itself, gets the new container."""


def answer(request):
    commit = "b" * 40 if "x-forwarded-proto" in request.headers else "a" * 40
    return 200, {"content-type": "application/json", "x-commit": commit}, '{"status": "ok"}'
