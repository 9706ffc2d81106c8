package gate

// mode is the configuration's word: observe unless it says more. Where it can't be told yet which word counts, it holds.
func mode(p Policy, f Facts) (Verdict, bool) {
	switch d, why := p.Mode(f.Playbook, f.Target.Account, f.Class); d {
	case Act:
		return pass()
	case Ask:
		if f.Approved || f.Silent {
			return pass()
		}
		return object(Ask, "mode", why)
	case Hold:
		return object(Hold, "mode", why)
	default:
		return object(Observe, "mode", why)
	}
}
