/** What the app opens with; the texts of seldom pages come with these (i18n/index.ts, addTexts). */
import auditor from './auditor'
import common from './common'
import desk from './desk'
import incident from './incident'
import phone from './phone'
import tablet from './tablet'

export default { common, tablet, phone, auditor, desk, incident }
