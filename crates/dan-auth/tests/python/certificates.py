"""Whether a certificate chain, as `x5c` has it, leads to a root."""

import base64

from cryptography import x509


def verified_leaf(x5c, root_pem):
    """The first certificate, once each is issued by the next and the last by the root."""
    chain = [x509.load_der_x509_certificate(base64.b64decode(entry, validate=True)) for entry in x5c]
    root = x509.load_pem_x509_certificate(root_pem.encode())
    if root in chain:
        raise ValueError("the root goes along")
    for certificate, issuer in zip(chain, chain[1:] + [root]):
        certificate.verify_directly_issued_by(issuer)
    return chain[0]
