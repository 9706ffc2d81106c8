package reach

import "fmt"

// check refuses what can't be an organisation: the same account or ARN twice, numbers of nothing.
func (g *Graph) check() error {
	for i, a := range g.o.Accounts {
		if _, twice := g.byAccount[a.ID]; twice {
			return fmt.Errorf("account %q stands twice", a.ID)
		}
		g.byAccount[a.ID] = i
	}
	for i, p := range g.o.Principals {
		if _, twice := g.byARN[p.ARN]; twice {
			return fmt.Errorf("principal %q stands twice", p.ARN)
		}
		if p.Account < 0 || p.Account >= len(g.o.Accounts) {
			return fmt.Errorf("principal %q is of no account", p.ARN)
		}
		if err := g.there("principal "+p.ARN, Gone, p.Boundary, p.Trust); err != nil {
			return err
		}
		if err := g.there("principal "+p.ARN, 0, p.Texts...); err != nil {
			return err
		}
		g.byARN[p.ARN] = i
	}
	for _, c := range g.o.Compute {
		if c.Account < 0 || c.Account >= len(g.o.Accounts) {
			return fmt.Errorf("%q is of no account", c.ARN)
		}
	}
	return g.checkAccounts()
}

// checkAccounts looks at what accounts have beside principals.
func (g *Graph) checkAccounts() error {
	for _, a := range g.o.Accounts {
		for _, level := range a.Services {
			if err := g.there("account "+a.ID, 0, level...); err != nil {
				return err
			}
		}
		for _, x := range a.Groups {
			if err := g.there(x.ARN, 0, x.Texts...); err != nil {
				return err
			}
		}
		for _, m := range a.Policies {
			if err := g.there(m.ARN, 0, append([]int{m.Text}, m.Earlier...)...); err != nil {
				return err
			}
		}
	}
	return nil
}

// there refuses numbers of texts that are not there; from is the least that may stand there.
func (g *Graph) there(of string, from int, texts ...int) error {
	for _, t := range texts {
		if t >= len(g.o.Texts) || t < from {
			return fmt.Errorf("%s has policy number %d, which is not there", of, t)
		}
	}
	return nil
}
