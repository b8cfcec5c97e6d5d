module fairlead.test/open-cluster-management

go 1.26.0

require open-cluster-management.io/api v1.1.0
