--[[
Makes every attack that the probe knows on this very process, each in a child.
One line for each, tab-separated, for tools/demo: whether sealing is "meant" to stop it or it is "outside" of
what sealing is about, the method, the victim, the outcome (refused, done, other), and words about that.

	lua attack.lua
]]
require "cjson"
require "lpeg"
local probe = require "probe"

for i, a in ipairs(probe.attacks()) do
	print(table.concat({ a.outside and "outside" or "meant", a.name, a.what, probe.attack(i) }, "\t"))
end
