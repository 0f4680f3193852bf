import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Ajv, type ValidateFunction } from 'ajv'
import addFormatsModule from 'ajv-formats'
import { parse } from 'yaml'

const file = new URL(
  '../../../shared/reference/berlin-group/psd2-api_v1.3.11-2021-10-01v1.yaml',
  import.meta.url,
)

/** The official OpenAPI document lies beside the project, not in it: its licence is its own. */
export const specificationPresent = existsSync(file)
export const whySkipped = `no ${fileURLToPath(file)}`

export type Exchange = {
  method: string
  path: string
  status: number
  headers: Record<string, string | string[] | undefined>
  body: unknown
}

type Responses = Record<string, { $ref?: string; headers?: object; content?: Record<string, object> }>
type Specification = {
  paths: Record<string, Record<string, { responses?: Responses }>>
  components: { responses: Responses }
}

// The package's types describe its CommonJS form, whose default export is the function itself.
const addFormats = addFormatsModule as unknown as (ajv: Ajv) => Ajv
const pointerPart = (text: string) => text.replaceAll('~', '~0').replaceAll('/', '~1')

/** Path templates that fit, those with the fewest parameters first. */
function findTemplate(specification: Specification, path: string): string | undefined {
  const pathname = path.split('?')[0] ?? ''
  const fits = Object.keys(specification.paths).filter((template) =>
    new RegExp(`^${template.trim().replace(/\{[^}]+\}/g, '[^/]+')}$`).test(pathname),
  )
  const parameters = (template: string) => template.split('{').length
  return fits.sort((a, b) => parameters(a) - parameters(b))[0]
}

/** OpenAPI 3.0 has `exclusiveMinimum` as a flag beside `minimum`; JSON Schema has it as the bound itself. */
function withBounds(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withBounds)
  if (typeof node !== 'object' || node === null) return node
  const { exclusiveMinimum, ...rest } = node as Record<string, unknown>
  const bound = exclusiveMinimum === true ? { exclusiveMinimum: rest.minimum } : {}
  return Object.fromEntries(
    Object.entries({ ...rest, ...bound }).map(([key, value]) => [key, withBounds(value)]),
  )
}

/** A check of answers against the official OpenAPI document: problems found, none when all is well. */
export function openApiChecker(): (exchange: Exchange) => string[] {
  const specification = withBounds(parse(readFileSync(file, 'utf8'))) as Specification
  const ajv = addFormats(new Ajv({ strict: false, allErrors: true, validateFormats: true }))
  ajv.addSchema({ ...specification, $id: 'bg' }, 'bg')
  const compiled = new Map<string, ValidateFunction>()
  const compile = (pointer: string) => {
    const found = compiled.get(pointer) ?? ajv.compile({ $ref: `bg#${pointer}` })
    compiled.set(pointer, found)
    return found
  }
  return ({ method, path, status, headers, body }) => {
    const at = `${method} ${path} -> ${status}`
    const template = findTemplate(specification, path)
    if (!template) return [`${at}: no such path`]
    const operation = specification.paths[template]?.[method.toLowerCase()]
    const inline = operation?.responses?.[status]
    if (!inline) return [`${at}: no such answer`]
    const name = inline.$ref?.split('/').at(-1)
    const response = name ? specification.components.responses[name] : inline
    const pointer = name
      ? `/components/responses/${pointerPart(name)}`
      : `/paths/${pointerPart(template)}/${method.toLowerCase()}/responses/${status}`
    const problems = Object.keys(response?.headers ?? {})
      .filter(
        (header) => header === 'X-Request-ID' || (status === 201 && /^(Location|ASPSP-SCA)/.test(header)),
      )
      .filter((header) => headers[header.toLowerCase()] === undefined)
      .map((header) => `${at}: header ${header} is missing`)
    const type = String(headers['content-type'] ?? '').split(';')[0] ?? ''
    if (!response?.content)
      return body === undefined ? problems : [...problems, `${at}: body where none belongs`]
    if (!(type in response.content)) return [...problems, `${at}: content type ${type}`]
    const validate = compile(`${pointer}/content/${pointerPart(type)}/schema`)
    if (validate(body)) return problems
    return [...problems, ...(validate.errors ?? []).map((e) => `${at}: ${e.instancePath} ${e.message}`)]
  }
}
