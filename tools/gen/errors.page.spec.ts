import { ERRORS } from '../../libs/contracts/src/errors.ts';
import { renderErrors } from './errors.page.ts';

describe('the page of errors', () => {
  it('says of a code its status, whether to retry, and what it means', () => {
    const page = renderErrors({ BUSY: { http: 503, retryable: true, says: 'Try a|b later.' } });
    expect(page).toContain('| `BUSY` | 503 | yes | Try a\\|b later. |');
  });

  it('has a row for every code', () => {
    const page = renderErrors(ERRORS);
    expect(Object.keys(ERRORS).filter((code) => !page.includes(`| \`${code}\` |`))).toEqual([]);
  });
});
