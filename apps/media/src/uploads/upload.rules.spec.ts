import { contentTypeOf, DEFAULT_TYPES, displayName, isScriptable } from './upload.rules.js';

const PNG = { mime: 'image/png', ext: 'png' };
const JPEG = { mime: 'image/jpeg', ext: 'jpg' };

describe('the type of a file', () => {
  it.each([
    ['audio/ogg; codecs=opus', 'audio/ogg'],
    ['audio/x-m4a', 'audio/mp4'],
    ['video/MP2P', 'video/mpeg'],
    ['image/apng', 'image/png'],
    ['application/pdf', 'application/pdf'],
  ])('has one name: %s is %s', (detected, name) => expect(contentTypeOf(detected)).toBe(name));

  it.each(['image/svg+xml', 'text/html', 'application/xhtml+xml', 'application/xml', 'text/plain', 'text/vtt'])(
    'may hold a script: %s',
    (type) => expect(isScriptable(type)).toBe(true),
  );

  it('holds no script when it is accepted by default', () => {
    expect(DEFAULT_TYPES.filter(isScriptable)).toEqual([]);
  });
});

describe('the shown name of a file', () => {
  it.each([
    ['a plain name stays', 'holiday.png', PNG, 'holiday.png'],
    ['an ending that fits stays as it is written', 'IMG_1.JPEG', JPEG, 'IMG_1.JPEG'],
    ['a missing ending is added', 'blob', PNG, 'blob.png'],
    ['a wrong ending gets the true one behind it', 'report.html', PNG, 'report.html.png'],
    ['a path is cut off', '../../etc/passwd.png', PNG, 'passwd.png'],
    ['a Windows path is cut off', 'C:\\Users\\ana\\photo.png', PNG, 'photo.png'],
    ['a hidden name is shown', '.htaccess', PNG, 'htaccess.png'],
    ['nothing but dots is a file', '..', PNG, 'file.png'],
    ['nothing but an ending is a name', '.png', PNG, 'png.png'],
    ['an empty name is a file', '', PNG, 'file.png'],
    ['line breaks are spaces', 'a\r\nSet-Cookie: b.png', PNG, 'a Set-Cookie: b.png'],
    ['controls vanish', 'a\u0000b\u001b[31m.png', PNG, 'ab[31m.png'],
    ['a turned direction does not hide the ending', 'photo\u202egnp.exe', PNG, 'photognp.exe.png'],
    ['half a character vanishes', 'a\ud83d.png', PNG, 'a.png'],
    ['other scripts and emoji stay', 'عطلة 休日 👩‍👩‍👧.png', PNG, 'عطلة 休日 👩‍👩‍👧.png'],
    ['a composed letter is one letter', 'e\u0301te\u0301.png', PNG, 'été.png'],
    ['a type without a list of endings has its own', 'a', { mime: 'image/gif', ext: 'gif' }, 'a.gif'],
  ])('%s', (...[, given, detected, name]) => expect(displayName(given, detected)).toBe(name));

  it('is at most 120 characters and its ending, none of them cut in half', () => {
    expect(displayName(`${'👍'.repeat(500)}.png`, PNG)).toBe(`${'👍'.repeat(120)}.png`);
  });
});
