import { type Call, tppReply } from '../errors.ts'
import type { AccountWire, Faults } from './fault.ts'

const twin = '-2'

const without = (wire: AccountWire, ...names: string[]): AccountWire =>
  Object.fromEntries(Object.entries(wire).filter(([name]) => !names.includes(name)))

const ofTwin = ({ request }: Call) => request.path.split('/').some((part) => part.endsWith(twin))
/** What is listed and cannot be read. */
const unreadable = () => tppReply(404, 'RESOURCE_UNKNOWN', 'no such account under this consent')

/** Account lists with more, or less, than the company's accounts. */
export const accountFaults = {
  accounts_unmarked: {
    about: "the accounts, a person's own among them, say neither whose they are nor what they are used for",
    accounts: (list) =>
      list.length === 0 ? list : list.map((wire) => without(wire, 'usage', 'ownerName', 'product', 'name')),
  },
  account_twice: {
    about: 'each account is listed twice; what the first resourceId leads to is not there',
    fits: ofTwin,
    request: unreadable,
    accounts: (list) =>
      list.flatMap((wire) => [{ ...without(wire, '_links'), resourceId: `${wire.resourceId}${twin}` }, wire]),
  },
  mirror_account: {
    about: 'beside the first account stands a card account without a number that shows the same money',
    fits: ofTwin,
    request: unreadable,
    accounts: (list) => {
      const [main] = list
      if (!main) return list
      const card = {
        ...without(main, 'iban', 'bban', '_links'),
        resourceId: `${main.resourceId}${twin}`,
        name: 'Bedriftskort',
        product: 'Kort',
        cashAccountType: 'CARD',
      }
      return [main, card, ...list.slice(1)]
    },
  },
} satisfies Faults
