"""Walks through the sandbox as a stranger: httpx and PyJWT alone, and the line that `dan sandbox` prints.

Usage: walk.py READY_LINE
"""

import json
import ssl
import sys
import tempfile
import time
import uuid

import httpx
import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

AGENCY, ENTERPRISE, PERSON = "991825827", "998997801", "15867010022"
SCOPES = [
    "altinn:dataaltinnno",
    "altinn:dataaltinnno/ebevis",
    "altinn:dataaltinnno/tilda",
    "altinn:dataaltinnno/dihe",
]


class Walk:
    def __init__(self, ready):
        self.ready = ready
        self.trust = ssl.create_default_context(cafile=ready["ca_file"])
        self.http = httpx.Client(verify=self.trust)
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.register(SCOPES)

    def control(self, call, body, method="POST"):
        answer = self.http.request(method, self.ready["control_url"] + call, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def register(self, scopes):
        jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        jwk.update(kid="walk", alg="RS256", use="sig")
        jwk.pop("key_ops", None)
        client = {"client_id": "walk", "organisation": AGENCY, "scopes": scopes, "jwks": {"keys": [jwk]}}
        self.control("clients", client)

    def token(self, scopes=SCOPES):
        now = int(time.time())
        claims = {
            "aud": self.ready["maskinporten"]["issuer"],
            "iss": "walk",
            "scope": " ".join(scopes),
            "iat": now,
            "exp": now + 60,
            "jti": str(uuid.uuid4()),
        }
        assertion = jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": "walk", "typ": None})
        form = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": assertion}
        answer = self.http.post(self.ready["maskinporten"]["token_endpoint"], data=form)
        assert answer.status_code == 200, answer.text
        return answer.json()["access_token"]

    def call(self, method, path, context="eBevis", token=None, key=None, body=None):
        headers = {
            "Ocp-Apim-Subscription-Key": key or self.ready["subscription_keys"][context],
            "Authorization": "Bearer " + (token or self.token()),
        }
        return self.http.request(method, self.ready["base_url"] + "/v1" + path, headers=headers, json=body)

    def expect(self, status, code, answer):
        said = answer.json().get("code") if answer.content else None
        assert (answer.status_code, said) == (status, code), f"{answer.status_code} {answer.text}"


def request(dataset, **more):
    asked = {"evidenceCodeName": dataset, **more.pop("asked", {})}
    return {"requestor": AGENCY, "subject": ENTERPRISE, "evidenceRequests": [asked], **more}


def consent(walk):
    """Create, status, grant, harvest, delete."""
    body = request("RestanserV2", asked={"requestConsent": True}, consentReference="Anskaffelse 2026/1")
    created = walk.call("POST", "/authorization", body=body)
    assert created.status_code == 200 and created.json()["aggregateStatus"]["code"] == 0
    identifier = created.json()["id"]
    assert created.headers["location"].endswith("/v1/evidence/" + identifier)
    status = lambda: walk.call("GET", f"/evidence/{identifier}").json()[0]["status"]["code"]
    assert status() == 2
    walk.expect(403, 1010, walk.call("GET", f"/evidence/{identifier}/RestanserV2"))
    walk.control(f"consents/{identifier}", {"decision": "grant"})
    assert status() == 1
    harvest = walk.call("GET", f"/evidence/{identifier}/RestanserV2")
    assert harvest.status_code == 200
    claims = jwt.decode(
        harvest.headers["x-signature-jwt"],
        open(walk.ready["signing_key_file"]).read(),
        algorithms=["RS256"],
        options={"verify_exp": False},
    )
    import hashlib

    assert claims == {"SHA256PayloadDigest": hashlib.sha256(harvest.content).hexdigest()}
    assert walk.call("DELETE", f"/accreditations/{identifier}").status_code == 204
    walk.expect(404, 1002, walk.call("GET", f"/evidence/{identifier}"))


def asynchronous(walk):
    created = walk.call("POST", "/authorization", body=request("EksempelAsynkron")).json()
    path = f"/evidence/{created['id']}/EksempelAsynkron"
    walk.expect(503, 1016, walk.call("GET", path))
    walk.control(f"async/{created['id']}/EksempelAsynkron", {"ready": True})
    assert walk.call("GET", path).status_code == 200


def requirements(walk):
    """Scope, party, own token, legal basis: each met, and each refused."""
    tilda = "/directharvest/TildaMetadatav1"
    assert walk.call("GET", tilda, context="Tilda").status_code == 200
    walk.expect(403, 1019, walk.call("GET", tilda, context="Tilda", token=walk.token(SCOPES[:2])))

    person = {"subject": PERSON}
    freg = "/directharvest/FregPerson?reuseToken=true"
    assert walk.call("POST", freg, context="DigitaleHelgeland", body=person).status_code == 200
    walk.expect(
        403, 1019, walk.call("POST", freg, context="DigitaleHelgeland", body={"subject": ENTERPRISE})
    )
    without = "/directharvest/FregPerson"
    walk.expect(403, 1019, walk.call("POST", without, context="DigitaleHelgeland", body=person))

    both = request("RestanserV2", asked={"requestConsent": True}, consentReference="1")
    both["evidenceRequests"].append(
        {"evidenceCodeName": "MvaMeldingsOpplysning", "requestConsent": True, "legalBasisId": "1"}
    )
    given = lambda: len(walk.call("POST", "/authorization", body=both).json()["evidenceCodes"])
    assert given() == 1
    both["legalBasisList"] = [{"id": "1", "type": "cpv", "content": "90911000-6"}]
    assert given() == 2


def authentication(walk):
    """Missing and wrong token, key and certificate; expiry by the clock."""
    path = f"/directharvest/UnitBasicInformation?subject={ENTERPRISE}"
    key = {"Ocp-Apim-Subscription-Key": walk.ready["subscription_keys"]["eBevis"]}
    url = walk.ready["base_url"] + "/v1" + path
    walk.expect(401, 1023, walk.http.get(url, headers=key))
    forged = jwt.encode({"iss": walk.ready["maskinporten"]["issuer"]}, "x" * 32, algorithm="HS256")
    walk.expect(401, 1024, walk.call("GET", path, token=forged))
    for headers in [{}, {"Ocp-Apim-Subscription-Key": "wrong"}]:
        refused = walk.http.get(url, headers=headers)
        assert refused.status_code == 401 and refused.json()["statusCode"] == 401, refused.text

    issued = walk.control("certificates", {"organisation": AGENCY})
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
        file.write(issued["chain"] + issued["private_key"])
        file.flush()
        context = ssl.create_default_context(cafile=walk.ready["ca_file"])
        context.load_cert_chain(file.name)
        by_certificate = walk.ready["certificate_base_url"] + "/v1" + path
        assert httpx.get(by_certificate, headers=key, verify=context).status_code == 200
    try:
        httpx.get(by_certificate, headers=key, verify=walk.trust)
        raise AssertionError("nobody may come in without a certificate")
    except httpx.TransportError:
        pass

    token = walk.token()
    assert walk.call("GET", path, token=token).status_code == 200
    walk.control("clock", {"advance_seconds": 121})
    walk.expect(401, 1024, walk.call("GET", path, token=token))


def main():
    walk = Walk(json.loads(sys.argv[1]))
    for step in [consent, asynchronous, requirements, authentication]:
        step(walk)
        print(step.__name__, "walked")
    walk.control("reset", {})


main()
