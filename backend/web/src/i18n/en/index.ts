import type { Messages } from '../schema'
import after from './after'
import auditor from './auditor'
import common from './common'
import desk from './desk'
import incident from './incident'
import me from './me'
import phone from './phone'
import rota from './rota'
import tablet from './tablet'

export default { after, common, tablet, phone, auditor, desk, incident, me, rota } satisfies Messages
