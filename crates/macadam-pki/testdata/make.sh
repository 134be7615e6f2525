#!/bin/sh
# Makes the messages in this directory with OpenSSL 3, so that what we verify was signed by others.
# Run it here; every file is replaced. The keys are thrown away.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
days=36500

printf '%s' '<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0"><dict><key>UDID</key><string>00008110-0001111122223333</string>
<key>Status</key><string>Idle</string></dict></plist>' > body.plist

printf '%s\n' 'basicConstraints=critical,CA:FALSE' 'keyUsage=critical,digitalSignature,keyEncipherment' \
  'extendedKeyUsage=clientAuth' 'subjectKeyIdentifier=hash' > "$work/device.ext"
printf '%s\n' 'basicConstraints=critical,CA:TRUE' 'keyUsage=critical,keyCertSign,cRLSign' \
  'subjectKeyIdentifier=hash' > "$work/ca.ext"
printf '%s\n' 'basicConstraints=CA:FALSE' 'extendedKeyUsage=serverAuth' > "$work/server.ext"

authority() { # name, subject, issuer name or empty
  openssl req -newkey rsa:2048 -nodes -keyout "$work/$1.key" -subj "/CN=$2" -out "$work/$1.csr" 2>/dev/null
  issue "$1" ca "${3:-}" > "$1.pem"
}
issue() { # name, extensions, issuer name or empty for self-signed
  if [ -n "$3" ]; then set -- "$1" "$2" -CA "$3.pem" -CAkey "$work/$3.key"; else set -- "$1" "$2" -signkey "$work/$1.key"; fi
  name=$1 extensions=$2; shift 2
  openssl x509 -req -in "$work/$name.csr" -days $days -sha256 -extfile "$work/$extensions.ext" \
    -set_serial "0x01$(openssl rand -hex 8)" "$@" 2>/dev/null
}
device() { # name, key arguments; issued by the intermediate
  name=$1 extensions=$2; shift 2
  openssl req "$@" -nodes -keyout "$work/$name.key" -subj "/O=Example/CN=$name" -out "$work/$name.csr" 2>/dev/null
  issue "$name" "$extensions" intermediate > "$work/$name.pem"
}
sign() { # file, signer, further arguments
  file=$1 signer=$2; shift 2
  openssl cms -sign -binary -in body.plist -outform DER -out "$file.der" -signer "$work/$signer.pem" \
    -inkey "$work/$signer.key" "$@"
}

authority root 'Example Device Root'
authority intermediate 'Example Device Issuer' root
authority stranger 'Another Root'
device rsa device -newkey rsa:2048
device p256 device -newkey ec -pkeyopt ec_paramgen_curve:P-256
device p384 device -newkey ec -pkeyopt ec_paramgen_curve:P-384
device server server -newkey rsa:2048
cp "$work/rsa.pem" device.pem
cp "$work/server.pem" server.pem

sign rsa-sha256 rsa -md sha256
sign rsa-sha1 rsa -md sha1
sign rsa-sha512 rsa -md sha512
sign p256-sha256 p256 -md sha256
sign p256-sha1 p256 -md sha1
sign p384-sha384 p384 -md sha384
sign without-attributes rsa -md sha256 -noattr
sign p256-without-attributes p256 -md sha256 -noattr
sign by-key-identifier rsa -md sha256 -keyid
sign with-intermediate rsa -md sha256 -certfile intermediate.pem
sign attached rsa -md sha256 -nodetach
sign streamed rsa -md sha256 -stream
sign streamed-attached rsa -md sha256 -nodetach -stream
sign without-certificate rsa -md sha256 -nocerts
sign pss rsa -md sha256 -keyopt rsa_padding_mode:pss
sign two-signers rsa -md sha256 -signer "$work/p256.pem" -inkey "$work/p256.key"

# Enveloped messages need a key that tests hold: this one is nobody's.
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out recipient.key 2>/dev/null
openssl req -key recipient.key -new -subj '/CN=recipient' -out "$work/recipient.csr"
cp recipient.key "$work/recipient.key"
issue recipient device intermediate > recipient.pem
for cipher in aes128 aes256 des3; do
  openssl cms -encrypt -binary -in body.plist -outform DER -out "enveloped-$cipher.der" "-$cipher" recipient.pem
done
openssl cms -encrypt -binary -stream -in body.plist -outform DER -out enveloped-streamed.der -aes256 recipient.pem

# The same with another encoder: devices as a Python load test makes them, RSA and P-256.
python3 - <<'PYTHON'
import datetime
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

start = datetime.datetime(2026, 1, 1)
body = open("body.plist", "rb").read()

def certificate(subject, key, issuer_key, usage, is_authority):
    name = lambda text: x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
    builder = (x509.CertificateBuilder().subject_name(name(subject)).issuer_name(name("Lab Device CA"))
        .public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(start).not_valid_after(start + datetime.timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(usage, critical=True))
    if not is_authority:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())

authority_key = rsa.generate_private_key(65537, 2048)
authority = certificate("Lab Device CA", authority_key, authority_key,
    x509.KeyUsage(True, False, False, False, False, True, True, False, False), True)
open("python-ca.pem", "wb").write(authority.public_bytes(serialization.Encoding.PEM))
for kind, key in (("rsa", rsa.generate_private_key(65537, 2048)), ("ec", ec.generate_private_key(ec.SECP256R1()))):
    device = certificate("00008110-000A11112222333" + kind[0].upper(), key, authority_key,
        x509.KeyUsage(True, False, True, False, False, False, False, False, False), False)
    signature = (pkcs7.PKCS7SignatureBuilder().set_data(body).add_signer(device, key, hashes.SHA256())
        .sign(serialization.Encoding.DER, [pkcs7.PKCS7Options.DetachedSignature,
            pkcs7.PKCS7Options.Binary, pkcs7.PKCS7Options.NoCapabilities]))
    open(f"python-{kind}.der", "wb").write(signature)
PYTHON
