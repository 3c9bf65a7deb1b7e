"""A child: picture on standard input, what `arguments` ask for on standard output.

`check` writes `{"width", "height", "format"}`; `thumbnail SIZE` a JPEG on white that fits into
SIZE x SIZE; `png` the first frame as PNG. Ends with 1 and a sentence when it is no picture.
"""

import io
import json
import sys

from PIL import Image, ImageOps, UnidentifiedImageError

MAX_PIXELS = 50_000_000
KNOWN = ("JPEG", "PNG", "WEBP", "GIF", "ICO", "BMP")


def main(arguments: list[str]) -> int:
    """Do one verb."""
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    content = io.BytesIO(sys.stdin.buffer.read())
    try:
        picture = Image.open(content, formats=KNOWN)
        if picture.width * picture.height > MAX_PIXELS:
            return refuse("the picture has more than 50 megapixels")
        sys.stdout.buffer.write(done(picture, arguments))
    except Image.DecompressionBombError:
        return refuse("the picture has more than 50 megapixels")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError):
        return refuse("the picture cannot be read")
    return 0


def done(picture: Image.Image, arguments: list[str]) -> bytes:
    """Return the bytes of a verb."""
    if arguments[0] == "check":
        facts = {"width": picture.width, "height": picture.height, "format": picture.format}
        picture.load()
        return json.dumps(facts).encode()
    if arguments[0] == "thumbnail":
        return thumbnail(picture, int(arguments[1]))
    out = io.BytesIO()
    picture.convert("RGBA").save(out, "PNG")
    return out.getvalue()


def thumbnail(picture: Image.Image, size: int) -> bytes:
    """Return a JPEG: upright, transparent pixels on white, never larger than the picture."""
    picture.draft("RGB", (size * 2, size * 2))
    upright = ImageOps.exif_transpose(picture)
    flat = Image.new("RGB", upright.size, "white")
    if upright.mode in {"RGBA", "LA", "PA"} or "transparency" in upright.info:
        clear = upright.convert("RGBA")
        flat.paste(clear, mask=clear.getchannel("A"))
    else:
        flat = upright.convert("RGB")
    flat.thumbnail((size, size), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    flat.save(out, "JPEG", quality=85)
    return out.getvalue()


def refuse(sentence: str) -> int:
    """Say why not."""
    sys.stderr.write(sentence)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
