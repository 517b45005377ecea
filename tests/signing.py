"""A certificate made for the moment, signing with it, and the public reader of what was signed."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

import c2pa
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

OFFLINE = {"verify": {"remote_manifest_fetch": False, "ocsp_fetch": False}}
CREATED = {
    "claim_generator_info": [{"name": "genlook", "version": "1"}],
    "assertions": [
        {
            "label": "c2pa.actions.v2",
            "data": {
                "actions": [
                    {
                        "action": "c2pa.created",
                        "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/"
                        "compositeWithTrainedAlgorithmicMedia",
                    }
                ]
            },
        }
    ],
}


@dataclass(frozen=True)
class Identity:
    """PEM files: the certificate with its chain, and its private key."""

    certificate: bytes
    key: bytes


def identity(name: str) -> Identity:
    """Whoever signs as `name`, certified by an authority that exists for this alone."""
    authority, own = (
        ec.generate_private_key(ec.SECP256R1()),
        ec.generate_private_key(ec.SECP256R1()),
    )
    root = _certificate("Authority", "Authority", authority, authority, is_authority=True)
    leaf = _certificate(name, "Authority", own, authority, is_authority=False)
    pem = serialization.Encoding.PEM
    key = own.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return Identity(leaf.public_bytes(pem) + root.public_bytes(pem), key)


def _certificate(
    name: str, issuer: str, key: Any, signer: Any, *, is_authority: bool
) -> x509.Certificate:
    def named(text: str) -> x509.Name:
        return x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, text),
                x509.NameAttribute(NameOID.COMMON_NAME, text),
            ]
        )

    # The reader knows no other clock than the machine's.
    now = datetime.now(timezone.utc)
    usage = dict.fromkeys(
        [
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "encipher_only",
            "decipher_only",
        ],
        False,
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(is_authority, None), True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not is_authority,
                key_cert_sign=is_authority,
                crl_sign=is_authority,
                **usage,
            ),
            True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), False
        )
    )
    if not is_authority:
        use = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
        builder = builder.add_extension(use, False)
    certificate: x509.Certificate = builder.sign(signer, hashes.SHA256())
    return certificate


def sign(content: bytes, who: Identity, kind: str = "image/jpeg") -> bytes:
    """The file with credentials that say that `who` made it, by AI."""
    info = c2pa.C2paSignerInfo("es256", who.certificate, who.key, None)
    out = io.BytesIO()
    with (
        c2pa.Context.from_dict(OFFLINE) as context,
        c2pa.Signer.from_info(info) as signer,
        c2pa.Builder(CREATED, context) as builder,
    ):
        builder.sign(signer, kind, io.BytesIO(content), out)
    return out.getvalue()


def read(content: bytes, kind: str = "image/jpeg") -> Any:
    """What the public reader says of a file's credentials; None where it has none. `Valid` is
    its word for what is whole and signed by somebody whom it need not trust."""
    with c2pa.Context.from_dict(OFFLINE) as context:
        reader = c2pa.Reader.try_create(kind, io.BytesIO(content), context=context)
        if reader is None:
            return None
        with reader:
            return json.loads(reader.json())


def signers(told: Any) -> list[str]:
    """Who signed, the last one first, along the line of parents."""
    found, label = [], told["active_manifest"]
    while label:
        manifest = told["manifests"][label]
        found.append(manifest["signature_info"]["common_name"])
        parents = [
            one.get("active_manifest")
            for one in manifest.get("ingredients", [])
            if one["relationship"] == "parentOf"
        ]
        label = parents[0] if parents else None
    return found
