/** What a login answers. */
export interface SignedIn {
  accessToken: string;
  refreshToken: string;
  expiresIn: number;
  user: Me;
}

/** A person as only they see themselves. */
export interface Me {
  _id: string;
  username: string;
  name: string;
  email?: string;
  phone?: string;
  picture?: string;
  role: string;
  createdAt: string;
}

/** An answer of the gateway. */
export interface Answer<T> {
  status: number;
  success: boolean;
  message: string;
  code?: string;
  retryAfterMs?: number;
  data: T;
}

interface Asked {
  body?: unknown;
  token?: string;
  headers?: Record<string, string>;
}

export const PASSWORD = 'correct horse battery';

/** The identity of the gateway at this address, as clients ask it. */
export function identityAt(url: () => string) {
  async function call<T>(method: string, path: string, { body, token, headers }: Asked = {}): Promise<Answer<T>> {
    const answer = await fetch(`${url()}/api/v1${path}`, {
      method,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(token && { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: answer.status, ...((await answer.json()) as object) } as Answer<T>;
  }
  return {
    call,
    register: (body: object) => call<SignedIn>('POST', '/auth/register', { body: { password: PASSWORD, ...body } }),
    login: (username: string, password = PASSWORD, headers = {}) =>
      call<SignedIn>('POST', '/auth/login', { body: { username, password }, headers }),
    refresh: (refreshToken: string) => call<SignedIn>('POST', '/auth/refresh', { body: { refreshToken } }),
    logout: (refreshToken: string) => call('POST', '/auth/logout', { body: { refreshToken } }),
    me: (token: string) => call<Me>('GET', '/users/me', { token }),
  };
}
