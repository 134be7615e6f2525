//! BER to DER, as far as CMS needs it.
