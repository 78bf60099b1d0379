import type { Messages } from '../schema'
import after from './after'
import auditor from './auditor'
import common from './common'
import desk from './desk'
import incident from './incident'
import me from './me'
import oversight from './oversight'
import phone from './phone'
import rota from './rota'
import tablet from './tablet'

export default { after, common, tablet, phone, auditor, desk, incident, me, oversight, rota } satisfies Messages
