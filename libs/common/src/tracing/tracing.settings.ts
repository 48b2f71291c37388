import { makeValidator, num, str } from 'envalid';

const collector = makeValidator<string>((input) => {
  const url = URL.canParse(input) ? new URL(input) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol)) throw new Error('must be an http or https address');
  // The address is told in the log.
  if (url.username || url.password) throw new Error('must hold no password: OTEL_EXPORTER_OTLP_HEADERS is for that');
  return url.href.replace(/\/+$/, '');
});

/** OpenTelemetry's lists of names and values: `name=value,name=value`, values with `%` where needed. */
const pairs = makeValidator<Record<string, string>>((input) =>
  Object.fromEntries(
    input.split(',').map((pair) => {
      const [name = '', ...value] = pair.split('=').map((part) => part.trim());
      if (name === '' || value.length === 0) throw new Error('must be name=value, separated by commas');
      return [name, decodeURIComponent(value.join('='))];
    }),
  ),
);

/** A part between none and all. */
const share = makeValidator<number>((input) => {
  const value = Number(input);
  if (!(value >= 0 && value <= 1)) throw new Error('must be between 0 and 1');
  return value;
});

/** OpenTelemetry's names of who decides which traces are kept. */
export const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

/** Settings of traces, by OpenTelemetry's own names. */
export const tracingSettings = {
  OTEL_EXPORTER_OTLP_ENDPOINT: collector({
    default: undefined,
    desc: 'The address of an OpenTelemetry collector (OTLP over HTTP, JSON): with it traces are sent to `/v1/traces` there.',
    example: 'http://otel-collector:4318',
  }),
  OTEL_EXPORTER_OTLP_HEADERS: pairs({
    default: undefined,
    desc: 'Headers for the collector, such as its key: `name=value`, separated by commas.',
    example: 'authorization=Bearer%20key',
  }),
  OTEL_SERVICE_NAME: str({
    default: undefined,
    desc: "The name of the service in traces; the app's own (`api-gateway`, `chat`, `media`, `notification`) when not set.",
  }),
  OTEL_RESOURCE_ATTRIBUTES: pairs({
    default: undefined,
    desc: 'What else all spans say of where they come from: `name=value`, separated by commas.',
    example: 'deployment.environment.name=production',
  }),
  OTEL_TRACES_SAMPLER: str({
    choices: SAMPLERS,
    default: 'parentbased_always_on',
    desc: 'Which traces are kept; `parentbased_` ones do as whoever began the trace.',
  }),
  OTEL_TRACES_SAMPLER_ARG: share({
    default: 1,
    desc: 'The part of the traces that a `traceidratio` sampler keeps, from 0 to 1.',
    example: '0.1',
  }),
  OTEL_BSP_SCHEDULE_DELAY: num({ default: 5000, desc: 'Milliseconds that spans wait to be sent together.' }),
};
