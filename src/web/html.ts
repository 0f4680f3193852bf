import { html as tagged } from 'hono/html'

type Safe = ReturnType<typeof tagged> & { isEscaped: true }

/** What may stand in a page. Anything that is not already markup is escaped; objects and promises do not fit. */
export type Part = Safe | string | number | bigint | false | null | undefined | readonly Part[]

/** Markup with every part escaped. Always quote attributes; put only our own addresses into `href` and `action`. */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Safe {
  return tagged(strings, ...parts) as Safe
}
