import type { Messages } from '../schema'
import auditor from './auditor'
import common from './common'
import desk from './desk'
import phone from './phone'
import tablet from './tablet'

export default { common, tablet, phone, auditor, desk } satisfies Messages
