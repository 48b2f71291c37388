import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A certificate authority of nobody, and a certificate of localhost that it signed. */
export const TLS = {
  ca: `-----BEGIN CERTIFICATE-----
MIIBlDCCATugAwIBAgIUBOC5dZJSiBVm8bj8iGrbgMJU/cEwCgYIKoZIzj0EAwIw
HzEdMBsGA1UEAwwURmFrZSBBcHBsZSBvZiBub2JvZHkwIBcNMjYxMTIxMTk0NDAz
WhgPMjEyNjEwMjgxOTQ0MDNaMB8xHTAbBgNVBAMMFEZha2UgQXBwbGUgb2Ygbm9i
b2R5MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEJPbMyQLrKPKUzRVt7vD9hf7T
LNXQtAyMi0J+2LtaJQb0ysdqPJYVcnCBiAr6+qQJqzOL59XsYBOpuLodyjaYtaNT
MFEwHQYDVR0OBBYEFGPn0KLBzhbAcuow/Rrq3ftlNZIsMB8GA1UdIwQYMBaAFGPn
0KLBzhbAcuow/Rrq3ftlNZIsMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwID
RwAwRAIgI/jRAv6+AiTymCgHOe3whGwJfHddH0OCX0jlbgi6mwkCIEysVuM4rrvf
m8K5rxjt9A0C+Edra9ck1Pa/vAKMLFjY
-----END CERTIFICATE-----
`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBujCCAV+gAwIBAgIUWJeomYLtkRizTl4L7f09sXBk01AwCgYIKoZIzj0EAwIw
HzEdMBsGA1UEAwwURmFrZSBBcHBsZSBvZiBub2JvZHkwIBcNMjYxMTIxMTk0NDAz
WhgPMjEyNjEwMjgxOTQ0MDNaMBQxEjAQBgNVBAMMCWxvY2FsaG9zdDBZMBMGByqG
SM49AgEGCCqGSM49AwEHA0IABPp1YLFGuD/xlUM1ijIcBcVtootGajxC8zsuPkOZ
oxGbWb/VXprhGBJ+sFJohnuFXriWJSq0n554rfgI956a34mjgYEwfzAaBgNVHREE
EzARgglsb2NhbGhvc3SHBH8AAAEwDAYDVR0TAQH/BAIwADATBgNVHSUEDDAKBggr
BgEFBQcDATAdBgNVHQ4EFgQUtNYTxu3YBM+PukSBuDcFZQAgsmYwHwYDVR0jBBgw
FoAUY+fQosHOFsBy6jD9Gurd+2U1kiwwCgYIKoZIzj0EAwIDSQAwRgIhAJOUIs+k
bKF9ZoRFa3hVKE4/sFB0Ec+7lzlBIEk2bRtXAiEAvszYN7H9qM0BwXmj0uceWluU
qP4OAvDJS79HKJAbdjw=
-----END CERTIFICATE-----
`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgyFBanAHJKgd8lxZV
WAGeVwWkkBQKiBy4s2qHhIAPpumhRANCAAT6dWCxRrg/8ZVDNYoyHAXFbaKLRmo8
QvM7Lj5DmaMRm1m/1V6a4RgSfrBSaIZ7hV64liUqtJ+eeK34CPeemt+J
-----END PRIVATE KEY-----
`,
};

/** The signing key (.p8) that the fake knows under this id and team, for this app. */
export const PROVIDER = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgro9Z0efgLrQ3qixI
G7DG3+pcdhCMK3OorvLPhW8ODcehRANCAASZzJ0lHkxsCuG8+XxSpvG/Bq6sFk73
2Ldce3D24HjDaNSSANJZXudm3zm0NEv8RhBt278ny4HKYyCp+zvX2ChL
-----END PRIVATE KEY-----
`,
  keyId: 'FAKEKEY001',
  teamId: 'FAKETEAM01',
  topic: 'com.example.parley',
};

/** The settings with which a service pushes to a fake APNs on this port; the files they name are written into `folder`. */
export async function apnsSettings(folder: string, port: number) {
  const [ca, key] = [join(folder, 'apns-ca.pem'), join(folder, 'AuthKey.p8')];
  await Promise.all([writeFile(ca, TLS.ca), writeFile(key, PROVIDER.key)]);
  return {
    APNS_HOST: 'localhost',
    APNS_PORT: String(port),
    APNS_CA_FILE: ca,
    APNS_KEY_FILE: key,
    APNS_KEY_ID: PROVIDER.keyId,
    APNS_TEAM_ID: PROVIDER.teamId,
    APNS_TOPIC: PROVIDER.topic,
  };
}
