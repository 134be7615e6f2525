//! The ASN.1 structures of CMS, borrowed from the message.
