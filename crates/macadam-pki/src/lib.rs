//! Certificates, CMS and SCEP: parse, issue, sign, verify.
