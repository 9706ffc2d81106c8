package managed

import "strings"

// Kubernetes says which cluster's controller keeps a balancer as it is, "" for none.
// https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/
func Kubernetes(tags map[string]string) string {
	for _, key := range [...]string{"elbv2.k8s.aws/cluster", "service.k8s.aws/stack", "ingress.k8s.aws/stack", "kubernetes.io/service-name"} {
		if name, ok := tags[key]; ok {
			return "the Kubernetes controller of " + Short(name)
		}
	}
	for key := range tags {
		if name, ok := strings.CutPrefix(key, "kubernetes.io/cluster/"); ok {
			return "the Kubernetes cluster " + Short(name)
		}
	}
	return ""
}
