import { newPerson } from '../../scripts/demo/person.ts'

// node test/docs/person-step.ts WHO sign|consent|approve LINK: what the reader of the guide does in a browser.
const [who = '', step, link = ''] = process.argv.slice(2)
if (step !== 'sign' && step !== 'consent' && step !== 'approve') throw new Error(`${step} is no step`)
const person = newPerson(who)
await person[step](await person.enter(link))
