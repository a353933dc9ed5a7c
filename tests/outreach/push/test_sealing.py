"""Is a note sealed as RFC 8291 says, to the byte, and signed so that a push service believes it?"""

import base64
from datetime import UTC, datetime
from pathlib import Path

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from uems.kernel.settings import Settings
from uems.outreach.push.sealing import own_key, point, sealed, signed


def raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_the_example_of_rfc_8291_comes_out_as_it_is_printed() -> None:
    """Appendix A."""
    number = int.from_bytes(raw("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big")
    browser = raw("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4")
    made = sealed(
        b"When I grow up, I want to be a watermelon",
        browser,
        raw("BTBZMqHH6r4Tts7J_aSIgg"),
        once=ec.derive_private_key(number, ec.SECP256R1()),
        salt=raw("DGv6ra1nlYgDCS1FRnbzlw"),
    )
    printed = (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27ml"
        "mlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT"
        "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )
    assert made == raw(printed)


def test_no_two_notes_are_sealed_alike() -> None:
    browser = point(ec.generate_private_key(ec.SECP256R1()).public_key())
    assert sealed(b"x", browser, bytes(16)) != sealed(b"x", browser, bytes(16))


def test_the_key_of_a_workspace_stays_and_is_its_own(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    keys = [point(own_key(settings, n).public_key()) for n in (1, 1, 2)]
    assert (keys[0] == keys[1], keys[0] == keys[2]) == (True, False)
    assert point(own_key(Settings(home=tmp_path / "another"), 1).public_key()) != keys[0]


def test_the_signature_names_the_service_and_ends_within_a_day(tmp_path: Path) -> None:
    key = own_key(Settings(home=tmp_path), 1)
    now = datetime.now(UTC)
    said = signed(key, "https://push.example:8443/send/abc?d=1", "mailto:it@shop.example", now)
    token, public = said.removeprefix("vapid t=").split(", k=")
    assert raw(public) == point(key.public_key())
    verified = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw(public))
    claims = jwt.decode(token, verified, algorithms=["ES256"], audience="https://push.example:8443")
    assert claims["sub"] == "mailto:it@shop.example"
    assert 0 < claims["exp"] - now.timestamp() <= 86_400
