/** The texts of these pages come with them. */
import { addTexts } from '@/i18n'
import customers from '@/i18n/zh/customers'

addTexts({ customers })
