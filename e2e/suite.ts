/** The suite all end-to-end tests of a run share: two chat nodes behind the gateway, on engines of their own. */
export interface TestSuite {
  gateway: string;
  chat: [string, string];
  /** Where each process tells its metrics, by its name. */
  metrics: Record<'gateway' | 'chat-1' | 'chat-2' | 'media' | 'notification', string>;
  media: string;
  notification: string;
  mongoUri: string;
  redis: { host: string; port: number };
  jwtSecret: string;
  /** Where the notification service sends its pushes: one test file may start a fake FCM on this port. */
  fcmPort: number;
  /** The same of a fake APNs. */
  apnsPort: number;
  /** The processes' logs, `chat-1.log` and so on. */
  logs: string;
}

export const SUITE_VARIABLE = 'PARLEY_E2E_SUITE';

/** The addresses of the suite that `e2e.setup.ts` has started. */
export function suite(): TestSuite {
  const text = process.env[SUITE_VARIABLE];
  if (!text) throw new Error(`${SUITE_VARIABLE} is missing: only e2e/*.e2e.ts files have a suite`);
  return JSON.parse(text) as TestSuite;
}
