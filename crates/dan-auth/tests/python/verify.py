"""Verifies JWTs with PyJWT: JSON on standard input, the claims of each on standard output.

Each has the text, the audience or null, the issuer, and either a JWK set or the root that its certificates lead to.
"""

import json
import sys

import jwt

from certificates import verified_leaf


def key(header, entry):
    if entry["root"] is not None:
        return verified_leaf(header["x5c"], entry["root"]).public_key()
    [found] = [jwk for jwk in entry["jwks"]["keys"] if jwk["kid"] == header["kid"]]
    return jwt.PyJWK(found, algorithm=header["alg"]).key


def verified(entry):
    header = jwt.get_unverified_header(entry["text"])
    claims = jwt.decode(
        entry["text"],
        key(header, entry),
        algorithms=["RS256", "RS384", "RS512"],
        audience=entry["audience"],
        issuer=entry["issuer"],
        options={"require": ["exp", "iat", "iss", "jti"], "verify_aud": entry["audience"] is not None},
    )
    return {"header": header, "claims": claims}


print(json.dumps([verified(entry) for entry in json.load(sys.stdin)]))
