import type { Profile } from '../auth/claims.js';

/** The name others see: the given one, else the username, else the id. */
export function displayName(id: string, profile: Profile): string {
  return profile.name ?? profile.username ?? id;
}

/** What a person is found by: the starts of these, in lower case. */
export function searchTerms(profile: Profile): string[] {
  const words = [profile.username, profile.name].filter((word) => word !== undefined);
  return [...new Set(words.map((word) => word.toLowerCase()))];
}

/** True when `newer` says something that `known` does not. */
export function changes(known: Profile, newer: Profile): boolean {
  return (Object.keys(newer) as (keyof Profile)[]).some((field) => newer[field] !== known[field]);
}
