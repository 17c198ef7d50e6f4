"""Links of the repository's documents, made into links of the site.

In the repository a link leads to a file, and works where somebody reads the plain files. On the
site it leads to the page that the file became, or is no link: then the file's name is shown, which
tells where it is in the repository.
"""

import posixpath
import re
from collections.abc import Mapping

# Code is left as it is. A link's text may hold code.
_LINK_OR_CODE = re.compile(
    r"^```.*?^```|\[(?P<text>[^\]]*)\]\((?P<target>[^)\s]+)\)|`[^`\n]*`", re.MULTILINE | re.DOTALL
)
_OUTSIDE = re.compile(r"[a-z]+:|#")


def with_site_links(text: str, source: str, pages: Mapping[str, str]) -> str:
    """Returns a document's text with links of the site.

    Args:
      text: Markdown.
      source: The document's path in the repository.
      pages: Paths on the site, by the paths in the repository of what stands there.

    Raises:
      KeyError: The document itself has no page.
    """
    folder = posixpath.dirname(pages[source])

    def rewritten(found: re.Match[str]) -> str:
        if found["target"] is None or _OUTSIDE.match(found["target"]):
            return found[0]
        path, _, anchor = found["target"].partition("#")
        file = posixpath.normpath(posixpath.join(posixpath.dirname(source), path))
        if file in pages:
            target = posixpath.relpath(pages[file], folder or ".")
            return f"[{found['text']}]({target}{'#' + anchor if anchor else ''})"
        shown = found["text"].strip("`")
        return f"`{file}`" if shown in (file, path) else f"{found['text']} (`{file}`)"

    return _LINK_OR_CODE.sub(rewritten, text)
