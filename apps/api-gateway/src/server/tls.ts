import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import { Server as HttpsServer } from 'node:https';
import { createSecureContext } from 'node:tls';
import { Logger } from '@nestjs/common';

/** How often it is looked whether the files have changed; a renewed certificate has days, not seconds. */
const LOOK_EVERY_MS = 2000;

/** Where certificate and key are; neither for plain HTTP. */
interface Files {
  TLS_CERT_FILE: string | undefined;
  TLS_KEY_FILE: string | undefined;
}

/** The certificate, with its chain, and its key, as the files are now; undefined where none are set. Throws for an unfit pair. */
export function readTls({ TLS_CERT_FILE, TLS_KEY_FILE }: Files): { cert: Buffer; key: Buffer } | undefined {
  if (TLS_CERT_FILE === undefined && TLS_KEY_FILE === undefined) return undefined;
  if (TLS_CERT_FILE === undefined || TLS_KEY_FILE === undefined) {
    throw new Error('TLS_CERT_FILE and TLS_KEY_FILE are set together, or not at all');
  }
  const pair = { cert: readFileSync(TLS_CERT_FILE), key: readFileSync(TLS_KEY_FILE) };
  createSecureContext(pair);
  return pair;
}

/** Takes renewed files for new connections; those that are open go on with what they began with. */
export function renewTls(server: unknown, files: Files): void {
  if (!(server instanceof HttpsServer)) return;
  const log = new Logger('tls');
  const renew = (): void => {
    try {
      const pair = readTls(files);
      if (pair) server.setSecureContext(pair);
      log.log('the certificate was renewed');
    } catch (error) {
      // One of the two files is written first; the other's change comes here again.
      log.warn({ err: error }, 'the renewed certificate is not usable; the one before goes on');
    }
  };
  const both = [files.TLS_CERT_FILE, files.TLS_KEY_FILE].filter((file) => file !== undefined);
  for (const file of both) watchFile(file, { interval: LOOK_EVERY_MS, persistent: false }, renew);
  server.once('close', () => both.forEach((file) => unwatchFile(file, renew)));
}
