import type { z } from 'zod'

export type Issue = { readonly path: string; readonly message: string }

type Part = readonly PropertyKey[]

/**
 * What is wrong with a value, each by its place. Where a value has several forms and its names belong to one of them, what
 * is wrong with that form is told; else what each form would need.
 * @param where place of the value in the request.
 */
export function issuesOf(issue: z.core.$ZodIssue, where: Part, value: unknown): Issue[] {
  const at = [...where, ...issue.path]
  const path = at.map(String).join('.')
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [{ path, message: issue.message }]
  const given = issue.path.reduce<unknown>(member, value)
  const [form, another] = issue.errors.filter((errors) => !errors.some(isOneTooMany))
  if (form && !another && isObject(given)) return form.flatMap((inner) => issuesOf(inner, at, given))
  const forms = issue.errors.map((errors) => errors.map((inner) => wordsOf(inner, given)).join(', '))
  return [{ path, message: `fits none of its forms: ${forms.join('; or ')}` }]
}

const isObject = (value: unknown) => typeof value === 'object' && value !== null

function member(value: unknown, name: PropertyKey): unknown {
  return isObject(value) ? Reflect.get(Object(value), name) : undefined
}

const isOneTooMany = (issue: z.core.$ZodIssue) =>
  issue.code === 'unrecognized_keys' && issue.path.length === 0

function wordsOf(issue: z.core.$ZodIssue, value: unknown): string {
  const name = issue.path.map(String).join('.')
  if (issue.code === 'unrecognized_keys') return `${issue.keys.join(', ')} has to be left out`
  if (name === '') return issue.message
  return issue.path.reduce<unknown>(member, value) === undefined
    ? `${name} is missing`
    : `${name}: ${issue.message}`
}
