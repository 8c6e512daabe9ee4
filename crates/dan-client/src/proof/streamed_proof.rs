//! The proof of a body that is not held in memory.

use aws_lc_rs::digest::{Context, SHA256};

use crate::proof::signature::hexadecimal;
use crate::proof::{Signature, SignatureError, SignatureKey, SignatureRule};

/// Hashes a body part by part, and judges it at the end.
#[derive(Debug)]
pub(crate) struct StreamedProof(Option<Pending>);

struct Pending {
    context: Context,
    signature: Signature,
    key: SignatureKey,
}

impl StreamedProof {
    /// Begins to prove what the rule wants proved; what is unsigned or no signature at all is refused at once.
    pub(crate) fn begin(rule: &SignatureRule, signature: Option<&str>) -> Result<Self, SignatureError> {
        let (key, signature) = match (rule, signature) {
            (SignatureRule::Unchecked, _) | (SignatureRule::IfSigned(_), None) => return Ok(Self(None)),
            (SignatureRule::Required(_), None) => return Err(SignatureError::Unsigned),
            (SignatureRule::Required(key) | SignatureRule::IfSigned(key), Some(signature)) => {
                (key, signature)
            }
        };
        let signature = Signature::parse(signature)?;
        Ok(Self(Some(Pending { context: Context::new(&SHA256), signature, key: key.clone() })))
    }

    pub(crate) fn take(&mut self, part: &[u8]) {
        if let Some(pending) = &mut self.0 {
            pending.context.update(part);
        }
    }

    /// Judges the whole.
    pub(crate) fn end(&mut self) -> Result<(), SignatureError> {
        let Some(Pending { context, signature, key }) = self.0.take() else { return Ok(()) };
        signature.verify_digest(&hexadecimal(&context.finish()), &key)
    }
}

impl std::fmt::Debug for Pending {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Pending").field("signature", &self.signature).finish_non_exhaustive()
    }
}
