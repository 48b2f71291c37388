import { makeValidator, port, str } from 'envalid';
import { renderConfiguration, renderDotEnv, sectionsOf } from './settings.page.ts';

const shared = {
  MONGODB_URI: str({ desc: 'MongoDB.', example: 'mongodb://localhost:27017/parley' }),
  LOG_LEVEL: str({ choices: ['info', 'debug'], default: 'info', desc: 'The least severe level.' }),
};
const list = makeValidator<string[]>((input) => input.split(','));
const sections = sectionsOf({
  chat: { ...shared, PORT: port({ default: 3005, desc: 'The port.' }) },
  media: {
    ...shared,
    PORT: port({ default: 3007, desc: 'The port.' }),
    SECRET: str({ devDefault: 'not a secret', desc: 'Signs links.' }),
    ORIGINS: list({ default: ['http://a', 'http://b'], desc: 'Who may ask.' }),
    PROXY: str({ default: undefined, desc: 'A proxy.', example: 'http://proxy' }),
  },
});

describe('the settings', () => {
  it('are told once where all apps have them alike, else with their app', () => {
    expect(sections.map(({ title, settings }) => [title, ...Object.keys(settings)])).toEqual([
      ['All apps', 'MONGODB_URI', 'LOG_LEVEL'],
      ['chat', 'PORT'],
      ['media', 'PORT', 'SECRET', 'ORIGINS', 'PROXY'],
    ]);
  });

  it('are a table of defaults and descriptions for each part', () => {
    const page = renderConfiguration(sections);
    expect(page).toContain(
      '| `MONGODB_URI` | **required** | MongoDB. For example `mongodb://localhost:27017/parley`. |',
    );
    expect(page).toContain('| `LOG_LEVEL` | `info` | The least severe level. One of `info`, `debug`. |');
    expect(page).toContain('| `SECRET` | **required**; outside production `not a secret` | Signs links. |');
    expect(page).toContain('| `ORIGINS` | `http://a,http://b` | Who may ask. |');
    expect(page).toContain('| `PROXY` | none | A proxy. For example `http://proxy`. |');
  });

  it('change nothing when the example file is copied as it is', () => {
    const example = renderDotEnv(sections);
    expect(example.split('\n').filter((line) => line !== '' && !line.startsWith('#'))).toEqual([]);
    expect(example).toContain(
      '# MongoDB. Required; `npm run up` makes it up.\n#MONGODB_URI=mongodb://localhost:27017/parley\n',
    );
    expect(example).toContain('#PORT=3005\n');
    expect(example).toContain('#SECRET=\n');
    expect(example).toContain('#ORIGINS=http://a,http://b\n');
    expect(example).toContain('#PROXY=http://proxy\n');
  });
});
