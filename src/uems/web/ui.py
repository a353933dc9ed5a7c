"""How does the browser get the UI? The built files under ``web/static``, and index.html for every page the UI routes itself."""

import mimetypes
from pathlib import Path

from fastapi import FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, HTMLResponse

STATIC = Path(__file__).parent / "static"

_NOT_BUILT = """<!doctype html><html lang="en"><meta charset="utf-8"><title>UEMS</title>
<h1>UEMS</h1><p>The server runs, but its user interface is not built. Run <code>make setup</code> in the source tree, then reload.</p>
<p lang="zh">服务已启动，但界面尚未构建。请在源码目录运行 <code>make setup</code>，然后刷新。</p>
<p><a href="/api/openapi.json">/api/openapi.json</a></p></html>
"""
SDK = ("uems.js", "uems-inapp.js", "uems-sw.js")
"""The browser SDK, the only files that pages of other sites may load."""
_RESERVED = ("api", "v1", "healthz")


def install_ui(app: FastAPI, static: Path = STATIC) -> None:
    """Answer every GET that no room answers. Must be the last route."""
    root = static.resolve()

    @app.api_route("/{path:path}", methods=["GET", "HEAD"], include_in_schema=False)
    async def page(request: Request, path: str) -> Response:
        return await run_in_threadpool(_serve, root, path, request.headers.get("accept-encoding", ""))


def _serve(root: Path, path: str, accepted: str) -> Response:
    if path.split("/", 1)[0] in _RESERVED:
        raise HTTPException(404)
    found = _file(root, path) if path else None
    if found is not None:
        # Vite puts a hash of the content into every name under assets/: such a file never changes.
        forever = path.startswith("assets/")
        headers = {"Cache-Control": "public, max-age=31536000, immutable" if forever else "no-cache", "Vary": "Accept-Encoding"}
        if path in SDK:
            headers |= {"Cache-Control": "public, max-age=3600", "Cross-Origin-Resource-Policy": "cross-origin"}
        return _packed(found, accepted, headers)
    if "." in path.rsplit("/", 1)[-1]:
        raise HTTPException(404)  # a missing script must not be answered with a page
    index = root / "index.html"
    if not index.is_file():
        return HTMLResponse(_NOT_BUILT, headers={"Cache-Control": "no-store"})
    return FileResponse(index, headers={"Cache-Control": "no-cache"})


def _packed(found: Path, accepted: str, headers: dict[str, str]) -> Response:
    """The file, or the .br or .gz that the build made of it, where the browser takes one."""
    taken = {word.partition(";")[0].strip() for word in accepted.split(",")}
    for coding, suffix in (("br", ".br"), ("gzip", ".gz")):
        packed = found.with_name(found.name + suffix)
        if coding in taken and packed.is_file():
            kind = mimetypes.guess_type(found.name)[0] or "application/octet-stream"
            return FileResponse(packed, media_type=kind, headers={**headers, "Content-Encoding": coding})
    return FileResponse(found, headers=headers)


def _file(root: Path, path: str) -> Path | None:
    try:
        found = (root / path).resolve()
        return found if found.is_relative_to(root) and found.is_file() else None
    except (OSError, ValueError):
        return None
