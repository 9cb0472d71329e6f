"""Files that went through the chats, and the sample photo and voice note that a phone here can send."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from typing import Literal

from bot.rehearsal.wire import Json, bad

Kind = Literal["photo", "voice", "document"]
LARGEST_DOWNLOAD = 20 * 1024 * 1024
_TYPES: dict[Kind, tuple[str, str, str]] = {  # kind → the start of its ids, its folder and ending, its media type
    "photo": ("AgACAgUAAxkBAAI", "photos/file_{}.jpg", "image/jpeg"),
    "voice": ("AwACAgUAAxkBAAI", "voice/file_{}.oga", "audio/ogg"),
    "document": ("BQACAgUAAxkBAAI", "documents/file_{}", "application/octet-stream"),
}


@dataclass(frozen=True, slots=True)
class Stored:
    """One file: its ids as the Bot API gives them, and its bytes."""

    kind: Kind
    id: str
    unique_id: str
    path: str
    name: str
    data: bytes

    @property
    def media_type(self) -> str:
        """What a browser is told about it."""
        return _TYPES[self.kind][2]

    def raw(self) -> Json:
        """The fields that every kind of file has."""
        return {"file_id": self.id, "file_unique_id": self.unique_id, "file_size": len(self.data)}

    def content(self) -> Json:
        """The fields by which a message carries it."""
        if self.kind == "photo":  # several sizes, the largest last, each with an id of its own
            return {"photo": [self._sized("s", 90), self._sized("m", 320), self._sized("", 800)]}
        if self.kind == "voice":
            return {"voice": {**self.raw(), "duration": 3, "mime_type": self.media_type}}
        return {"document": {**self.raw(), "file_name": self.name, "mime_type": self.media_type}}

    def _sized(self, size: str, width: int) -> Json:
        ids = {"file_id": self.id + size, "file_unique_id": self.unique_id + size}
        return {**self.raw(), **ids, "width": width, "height": width * 3 // 4}


class Files:
    """All files of the rehearsal, in memory."""

    def __init__(self) -> None:
        self._by_id: dict[str, Stored] = {}
        self._by_path: dict[str, Stored] = {}

    def add(self, kind: Kind, data: bytes, name: str = "") -> Stored:
        """Keep a file and give it its ids."""
        start, folder, _ = _TYPES[kind]
        ident, unique = start + secrets.token_urlsafe(36), "AQAD" + secrets.token_urlsafe(8)
        stored = Stored(kind, ident, unique, folder.format(len(self._by_id)), name, data)
        self._by_id[stored.id] = self._by_path[stored.path] = stored
        return stored

    def get(self, file_id: str) -> Stored:
        """The file of this id (all sizes of a photo are one picture here), or the Bot API's refusal."""
        found = self._by_id.get(file_id) or self._by_id.get(file_id[:-1])
        if found is None:
            raise bad("wrong file identifier/HTTP URL specified")
        return found

    def at(self, path: str) -> Stored | None:
        """The file at this path, if there is one."""
        return self._by_path.get(path)


SAMPLE_PHOTO = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/4gHYSUNDX1BST0ZJTEUAAQEAAAHIAAAAAAQwAABtbnRyUkdCIFhZWiAH4AABAAEAAAAA"
    "AABhY3NwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAQAA9tYAAQAAAADTLQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAlkZXNjAAAA8AAAACRyWFlaAAABFAAAABRnWFlaAAABKAAAABRiWFlaAAABPAAA"
    "ABR3dHB0AAABUAAAABRyVFJDAAABZAAAAChnVFJDAAABZAAAAChiVFJDAAABZAAAAChjcHJ0AAABjAAAADxtbHVjAAAAAAAA"
    "AAEAAAAMZW5VUwAAAAgAAAAcAHMAUgBHAEJYWVogAAAAAAAAb6IAADj1AAADkFhZWiAAAAAAAABimQAAt4UAABjaWFlaIAAA"
    "AAAAACSgAAAPhAAAts9YWVogAAAAAAAA9tYAAQAAAADTLXBhcmEAAAAAAAQAAAACZmYAAPKnAAANWQAAE9AAAApbAAAAAAAA"
    "AABtbHVjAAAAAAAAAAEAAAAMZW5VUwAAACAAAAAcAEcAbwBvAGcAbABlACAASQBuAGMALgAgADIAMAAxADb/2wBDABcQERQR"
    "DhcUEhQaGBcbIjklIh8fIkYyNSk5UkhXVVFIUE5bZoNvW2F8Yk5QcptzfIeLkpSSWG2grJ+OqoOPko3/2wBDARgaGiIeIkMl"
    "JUONXlBejY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY3/wAARCAB4AKADASIAAhEB"
    "AxEB/8QAGgABAQEBAQEBAAAAAAAAAAAAAAQFAwIBBv/EADcQAAEBBQMJBwIHAQAAAAAAAAACAQMEEaIVU9EFEhMUMWOBseEG"
    "ITREYYLBM0EWIzVCZHGjUf/EABgBAQEBAQEAAAAAAAAAAAAAAAABAgME/8QAHREBAAICAwEBAAAAAAAAAAAAAAERAjESExRR"
    "Yf/aAAwDAQACEQMRAD8A3AAdHMAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAADw9eocu2vHjZJZtbI"
    "9kmU/wBPe8ObCTNQ1jFzEFpQl7S3AWlCXtLcDABx7Jevz4t+0oS9pbgLShL2luBgAdknnxb9pQl7S3AWlCXtLcDAA7JPPi37"
    "ShL2luAtKEvaW4GAB2SefFv2lCXtLcBaUJe0twMADsk8+LftKEvaW4C0oS9pbgYAHZJ58X6d09Q+dseO2zS3Y2R7JMmfp7rj"
    "zaVnaJuHkyipmAAFZAAAPjXKH7NG9TnIVtZOR9Pbr6jCTpY242RA3FasRZEDcVqxLgcah25ZfUNkQNxWrEWRA3FasS4CoOWX"
    "1DZEDcVqxFkQNxWrE4ZTVGQ63S3UY1KHr5LtiNGlubP1++w5xT6Kh4txDryix2laVKU9U7Sz+i1Bzy+q7IgbitWIsiBuK1Yk"
    "aI+MbCxWiUmIa5WxiXyUbWN29zNsiiAiVPYpqGRqX6WJ70Kd5i2N/qWwUc8vrpZEDcVqxFkQNxWrEuBKg5ZfUNkQNxWrEWRA"
    "3FasS4CoOWX1GxyhwzRuk5qE7GTmfT29+o08HaNOM7AAVAEIOXZ+OnBce3X1GGcdoTxKOPIdlnCmmACKAACaNhNbY5Zn5mie"
    "pebJzl9jy/gUP451EPGpUl2lqcxSZsbM8ZSyjqGj/K0mfP8AdKUpenqQ/iL+L/p0Ja1LUfwzFuNG5WqHk2bGu+6XD/hxdQDz"
    "XERMTE6ZbtLUoYxDEsZMh/EX8X/ToXZNyjr+k/K0eZL905zn6egsqVwAKgAAJ3v1Gngni/Er4cjiXspOFrgQgdn4cAAHJ0Dt"
    "CeJRx5HE7QniUceRYGmADbAAAMPtJ5b3fBiG32k8t7vgxDE7dMdBt9m/M+35MQ2+zfmfb8iNmWm4ADbmAADMi/Er4cjidovx"
    "K+HI4mJbAAQAAAO0J4lHHkcT25eaJ6xcpy+xRrAi1/dVdBr+6q6GrhmloItf3VXQa/uquguCkHaTy3u+DEN3KSdf0ffo8yfr"
    "OcsCGzN9T1MztuNIDb7N+Z9vyR2Zvqepdk1OoaTv0mfL0lKeIjZOm0CLX91V0Gv7qroauGKWgi1/dVdBr+6q6C4KcYvxK+HI"
    "4nt880r1q5Sn9jwZaAAQAAAAAAAAAAAAAAAAAAAAAAAAAAB//9k="
)
SAMPLE_VOICE = base64.b64decode(
    "T2dnUwACAAAAAAAAAABqGgUAAAAAADZVQgYBE09wdXNIZWFkAQE4AYC7AAAAAABPZ2dTAAAAAAAAAAAAAGoaBQABAAAAUHvu"
    "WAEVT3B1c1RhZ3MFAAAAc2lhZ2EAAAAAT2dnUwAEuDMCAAAAAABqGgUAAgAAAGQaH3MZDg4ODg4ODg4ODg4ODg4ODg4ODg4O"
    "Dg4ODvsG//7//v/+//7//v/++wb//v/+//7//v/+//77Bv/+//7//v/+//7//vsG//7//v/+//7//v/++wb//v/+//7//v/+"
    "//77Bv/+//7//v/+//7//vsG//7//v/+//7//v/++wb//v/+//7//v/+//77Bv/+//7//v/+//7//vsG//7//v/+//7//v/+"
    "+wb//v/+//7//v/+//77Bv/+//7//v/+//7//vsG//7//v/+//7//v/++wb//v/+//7//v/+//77Bv/+//7//v/+//7//vsG"
    "//7//v/+//7//v/++wb//v/+//7//v/+//77Bv/+//7//v/+//7//vsG//7//v/+//7//v/++wb//v/+//7//v/+//77Bv/+"
    "//7//v/+//7//vsG//7//v/+//7//v/++wb//v/+//7//v/+//77Bv/+//7//v/+//7//vsG//7//v/+//7//v/+"
)
