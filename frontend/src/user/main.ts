import { createApp, h, ref } from 'vue'
import { Http } from '@/api/http'
import { readConfig } from '@/shared/config'
import { reloadOnce } from '@/shared/forbidden'
import { applyTheme } from '@/shared/theme'
import HomePage from './HomePage.vue'
import './user.scss'

applyTheme()
const root = document.getElementById('app')!
const config = readConfig(root)
const refused = ref(false)
const http = new Http({
  baseUrl: config.baseUrl,
  xsrfToken: config.xsrfToken,
  onForbidden() {
    // Not from under somebody's work in a frame: they are asked instead.
    if (document.querySelector('iframe') || !reloadOnce()) refused.value = true
  },
})

createApp({ render: () => h(HomePage, { config, http, refused: refused.value }) }).mount(root)
