import { readEnv } from '../env/env.js';
import { tracingSettings } from './tracing.settings.js';

const read = (given: Record<string, string>) => readEnv(tracingSettings, given);

describe('the settings of traces', () => {
  it('are off unless there is a collector', () => {
    expect(read({})).toMatchObject({
      OTEL_EXPORTER_OTLP_ENDPOINT: undefined,
      OTEL_TRACES_SAMPLER: 'parentbased_always_on',
      OTEL_TRACES_SAMPLER_ARG: 1,
    });
  });

  it('name the collector without a slash at the end', () => {
    const at = (OTEL_EXPORTER_OTLP_ENDPOINT: string) => read({ OTEL_EXPORTER_OTLP_ENDPOINT });
    expect(at('http://collector:4318/').OTEL_EXPORTER_OTLP_ENDPOINT).toBe('http://collector:4318');
    expect(at('https://otlp.example.com/otlp').OTEL_EXPORTER_OTLP_ENDPOINT).toBe('https://otlp.example.com/otlp');
    for (const wrong of ['collector:4318', 'grpc://collector', 'x'])
      expect(() => at(wrong)).toThrow('OTEL_EXPORTER_OTLP_ENDPOINT');
    expect(() => at('http://team:secret-key@collector:4318')).toThrow('must hold no password');
    expect(() => at('http://team:secret-key@collector:4318')).not.toThrow('secret-key');
  });

  it('take lists of names and values', () => {
    const headers = (OTEL_EXPORTER_OTLP_HEADERS: string) => read({ OTEL_EXPORTER_OTLP_HEADERS });
    expect(headers('authorization=Bearer%20a=b, x-team = chat').OTEL_EXPORTER_OTLP_HEADERS).toEqual({
      authorization: 'Bearer a=b',
      'x-team': 'chat',
    });
    for (const wrong of ['secret-key', '=secret-key', 'a=%secret-key']) {
      expect(() => headers(wrong)).toThrow('OTEL_EXPORTER_OTLP_HEADERS');
      expect(() => headers(wrong)).not.toThrow('secret-key');
    }
  });

  it('keep a part between none and all', () => {
    const share = (OTEL_TRACES_SAMPLER_ARG: string) => read({ OTEL_TRACES_SAMPLER_ARG });
    expect([share('0'), share('0.1'), share('1')].map((env) => env.OTEL_TRACES_SAMPLER_ARG)).toEqual([0, 0.1, 1]);
    for (const wrong of ['-1', '1.1', '10%']) expect(() => share(wrong)).toThrow('between 0 and 1');
  });
});
