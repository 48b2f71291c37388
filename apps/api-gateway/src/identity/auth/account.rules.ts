/** 3 to 32 letters (of any script), digits, `.`, `_` and `-`. An `@` tells an e-mail address from it. */
export const USERNAME = /^[\p{L}\p{M}\p{Nd}._-]{3,32}$/u;

/** One spelling for letters that look and mean the same, without blanks around them. */
export function tidy(text: string): string {
  return text.normalize('NFKC').trim();
}

/** How usernames and e-mail addresses are compared: tidy, in lower case. */
export function folded(text: string): string {
  return tidy(text).toLowerCase().normalize('NFKC');
}

/** Whether someone logs in by e-mail address. */
export function isEmail(login: string): boolean {
  return login.includes('@');
}
