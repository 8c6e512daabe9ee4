"""A token server of Authlib and Flask that takes assertions (RFC 7523) as Maskinporten does.

The first argument is JSON: the issuer, its clients with their JWK sets (null for clients with a certificate), and the root
of the certificates. Once it listens, it prints its port; then a line for each token, with who got it.
"""

import json
import sys

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import InvalidGrantError
from authlib.oauth2.rfc7523 import JWTBearerGrant
from cryptography.exceptions import InvalidSignature
from flask import Flask, jsonify, request
from joserfc.jwk import KeySet, RSAKey
from joserfc.jws import JWSRegistry
from werkzeug.serving import make_server

from certificates import verified_leaf

SETTINGS = json.loads(sys.argv[1])
KNOWN_CLAIMS = {"aud", "iss", "scope", "iat", "exp", "jti", "resource", "pid", "consumer_org", "authorization_details"}
used = set()

# A header with a certificate chain is larger than the 512 bytes that are the limit otherwise.
JWSRegistry.max_header_length = 16 << 10
# Those of Maskinporten; Authlib takes RS256 and others that Maskinporten does not.
JWSRegistry.recommended = ["RS256", "RS384", "RS512"]


class Client:
    def __init__(self, client_id, jwks):
        self.client_id = client_id
        self.jwks = jwks

    def get_client_id(self):
        return self.client_id

    def check_grant_type(self, grant_type):
        return grant_type == JWTBearerGrant.GRANT_TYPE

    def get_allowed_scope(self, scope):
        return scope


class MaskinportenGrant(JWTBearerGrant):
    LEEWAY = 10

    def resolve_issuer_client(self, issuer):
        if issuer not in SETTINGS["clients"]:
            return None
        return Client(issuer, SETTINGS["clients"][issuer])

    def extract_assertion(self, assertion):
        self.header, claims = super().extract_assertion(assertion)
        self.request.algorithm = self.header["alg"]
        return self.header, claims

    def resolve_client_public_key(self, client):
        if client.jwks is not None and set(self.header) == {"alg", "kid"}:
            return KeySet.import_key_set(client.jwks)
        if client.jwks is None and set(self.header) == {"alg", "x5c"}:
            return certified_key(self.header["x5c"])
        raise InvalidGrantError(description=f"the header has {sorted(self.header)}")

    def get_audiences(self):
        return [SETTINGS["issuer"]]

    def verify_claims(self, claims):
        super().verify_claims(claims)
        if unknown := set(claims) - KNOWN_CLAIMS:
            raise InvalidGrantError(description=f"unknown claims: {sorted(unknown)}")
        if claims["exp"] - claims["iat"] > 120:
            raise InvalidGrantError(description="lives too long")
        if claims["jti"] in used:
            raise InvalidGrantError(description="Grant is used before")
        used.add(claims["jti"])
        self.scope = claims["scope"]

    def create_token_response(self):
        """The scope stands in the assertion, where Authlib does not look for it."""
        token = self.generate_token(scope=self.scope, include_refresh_token=False)
        self.save_token(token)
        return 200, token, self.TOKEN_RESPONSE_HEADER


def certified_key(x5c):
    try:
        return RSAKey.import_key(verified_leaf(x5c, SETTINGS["root"]).public_key())
    except (ValueError, TypeError, InvalidSignature) as error:
        raise InvalidGrantError(description="signed with an invalid certificate") from error


app = Flask(__name__)
app.config["OAUTH2_TOKEN_EXPIRES_IN"] = {JWTBearerGrant.GRANT_TYPE: 119}


def save_token(token, request):
    print(json.dumps({"client_id": request.client.client_id, "alg": request.algorithm}), flush=True)


server = AuthorizationServer(app, query_client=lambda client_id: None, save_token=save_token)
server.register_grant(MaskinportenGrant)


@app.post("/token")
def token():
    return server.create_token_response()


@app.get("/.well-known/oauth-authorization-server")
def metadata():
    return jsonify({"issuer": SETTINGS["issuer"], "token_endpoint": request.host_url + "token"})


listener = make_server("127.0.0.1", 0, app, threaded=True)
print(listener.port, flush=True)
listener.serve_forever()
